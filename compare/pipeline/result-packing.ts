import type { ArmOutcome } from '../tally/index.ts';
import { type JobResult, type PackedResult, type TaskOutcome, TextTable } from './job.ts';

/**
 * A JobResult as few flat arrays. Codes of an exchange: its outcome; if it was compared also its version (-1: none), the
 * number of candidate keys and the keys, and the number of control keys and the keys; without a control instead a negative
 * number (-1 - why it is lost) and the looks at the candidate keys; then the number of rules that hid something, and for each
 * its id and how much.
 */
const OUTCOMES = ['compared', 'truncated', 'not_comparable'] as const;
const NO_CONTROL = -1;

export function packResult({ job, outcomes }: JobResult): PackedResult {
  const texts = new TextTable();
  const codes: number[] = [];
  const arms: number[] = [];
  for (const outcome of outcomes) {
    codes.push(OUTCOMES.indexOf(outcome.outcome));
    if (outcome.outcome !== 'compared') continue;
    const { version, candidate, looks, control, controlLost } = outcome;
    codes.push(version === undefined ? -1 : texts.indexOf(version), candidate.length);
    for (const key of candidate) codes.push(texts.indexOf(key));
    codes.push(control ? control.length : NO_CONTROL - (controlLost ? OUTCOMES.indexOf(controlLost) : 0));
    if (!control) for (let index = 0; index < candidate.length; index += 1) codes.push(looks?.[index] ?? 0);
    for (const key of control ?? []) codes.push(texts.indexOf(key));
    codes.push(outcome.hidden?.size ?? 0);
    for (const [rule, count] of outcome.hidden ?? []) codes.push(texts.indexOf(rule), count);
    for (const arm of [outcome.primaryArm, outcome.candidateArm, outcome.controlArm]) {
      arms.push(arm?.status ?? Number.NaN, arm?.headersMs ?? Number.NaN, arm?.lastByteMs ?? Number.NaN);
      arms.push(arm?.isGrpc ? 1 : 0);
    }
    arms.push(outcome.writtenAtMs ?? Number.NaN);
  }
  return { job, codes: Int32Array.from(codes), arms: Float64Array.from(arms), texts: texts.all };
}

export function unpackResult({ job, codes, arms, texts }: PackedResult): JobResult {
  const outcomes: TaskOutcome[] = [];
  let at = 0;
  let arm = 0;
  const keys = (count: number): string[] => Array.from({ length: count }, () => texts[codes[at++]!]!);
  const nextArm = (): ArmOutcome | undefined => {
    const status = arms[arm]!;
    const isGrpc = arms[arm + 3] === 1;
    const read = { status, headersMs: arms[arm + 1]!, lastByteMs: arms[arm + 2]!, ...(isGrpc && { isGrpc }) };
    arm += 4;
    return Number.isNaN(status) ? undefined : read;
  };
  while (at < codes.length) {
    const outcome = OUTCOMES[codes[at++]!]!;
    if (outcome !== 'compared') {
      outcomes.push({ outcome });
      continue;
    }
    const version = codes[at++]!;
    const candidate = keys(codes[at++]!);
    const controlCount = codes[at++]!;
    const control = controlCount >= 0 ? keys(controlCount) : undefined;
    const looks = control ? undefined : Array.from(candidate, () => codes[at++]!);
    const controlLost = OUTCOMES[NO_CONTROL - controlCount];
    const hidden = new Map<string, number>();
    for (let rules = codes[at++]!; rules > 0; rules -= 1) hidden.set(texts[codes[at++]!]!, codes[at++]!);
    const primaryArm = nextArm()!;
    const candidateArm = nextArm()!;
    const controlArm = nextArm();
    const writtenAtMs = arms[arm++]!;
    outcomes.push({
      outcome,
      ...(version >= 0 && { version: texts[version]! }),
      candidate,
      ...(looks && { looks }),
      ...(control && { control }),
      ...(controlLost && controlLost !== 'compared' && { controlLost }),
      primaryArm,
      candidateArm,
      ...(controlArm && { controlArm }),
      ...(hidden.size > 0 && { hidden }),
      ...(!Number.isNaN(writtenAtMs) && { writtenAtMs }),
    });
  }
  return { job, outcomes };
}

/**
 * Sends a sample's request again, several times, to all its services at once, and says what varies by itself. A difference
 * that comes back in every run while no arm varies is one of behaviour; a field in which an arm differs from itself is noise.
 */
import type { Mirror, Service } from '../../xds-server/policy/model.ts';
import { type CompiledRules, compareAnswers, type Difference, PreparedAnswer } from '../diff/index.ts';
import type { Answer } from '../exchange.ts';
import { type AnswerView, type ComparedAs, type SampleInput, viewAnswer } from '../report/index.ts';
import { type Redaction, redactAnswer } from '../tally/index.ts';
import { type Asked, type AskLimits, askService } from './ask-service.ts';
import { type Arm, requestOfSample } from './request-of-sample.ts';

/** Where the requests of a mirror go, by the policy in force. */
export interface MirrorServices {
  readonly primary: Service;
  readonly candidate: Service;
  readonly control?: Service;
  /** Header changes that copies get. */
  readonly headers: Mirror['headers'];
  /** As much of a body as capture keeps of this mirror. */
  readonly maxBodyBytes?: number;
}

export interface RunAgainOptions {
  readonly services: MirrorServices;
  readonly rules: CompiledRules;
  readonly comparedAs?: ComparedAs;
  /** What nobody may see of an answer; it is taken out before anything else is done with it. */
  readonly redaction?: Redaction | undefined;
  readonly times: number;
  readonly limits?: Partial<AskLimits>;
}

export interface Run {
  readonly primary: AnswerView;
  readonly candidate: AnswerView;
  readonly control?: AnswerView;
  /** Between primary and candidate, by today's rules. */
  readonly differences: readonly Difference[];
}

export interface RunAgainReport {
  /** Every arm answered each time, and each time the same. */
  readonly deterministic: boolean;
  readonly runs: readonly Run[];
  /** By arm, in which its answers differ from its own first: nothing there says anything about the candidate. */
  readonly varies: Readonly<Partial<Record<Arm, ReadonlyArray<Pick<Difference, 'kind' | 'path'>>>>>;
  readonly notes: readonly string[];
}

/** A body as long as capture keeps unless told otherwise, and what a person waits for. */
const RUN_AGAIN_LIMITS: AskLimits = Object.freeze({
  timeoutMs: 5_000,
  maxBodyBytes: 64 * 1024,
  maxReadBytes: 16 * 1024 * 1024,
});

type Arms = Partial<Record<Arm, Asked>>;

/** @throws ShadowplaneError RUN_AGAIN_REFUSED */
export async function runAgain(sample: SampleInput, options: RunAgainOptions): Promise<RunAgainReport> {
  const { services, rules, comparedAs = {}, redaction = {}, times } = options;
  const { method } = sample.exchange;
  const request = requestOfSample(sample, services.headers);
  const { maxBodyBytes = RUN_AGAIN_LIMITS.maxBodyBytes } = services;
  const limits = { ...RUN_AGAIN_LIMITS, maxBodyBytes, ...options.limits };
  const arms = (['primary', 'candidate', 'control'] as const).filter((arm) => services[arm] !== undefined);
  const ask = async (arm: Arm): Promise<[Arm, Asked]> => {
    const asked = await askService(services[arm]!, request.for(arm), limits);
    return [arm, { ...asked, answer: redactAnswer(asked.answer, redaction) }];
  };
  const answered: Arms[] = [];
  // One run after the other: they are to find the services as they are, not each other.
  while (answered.length < times) answered.push(Object.fromEntries(await Promise.all(arms.map(ask))));

  const differ = (one: Answer, other: Answer): readonly Difference[] => {
    const by = { ...comparedAs, method, rules };
    const { differences } = compareAnswers(new PreparedAnswer(one), new PreparedAnswer(other), by);
    // That no answer has no headers either, goes without saying.
    return one.status && other.status ? differences : differences.filter(({ kind }) => kind === 'status');
  };
  const varies: Partial<Record<Arm, ReadonlyArray<Pick<Difference, 'kind' | 'path'>>>> = {};
  for (const arm of arms) {
    const [first, ...later] = answered.map((run) => run[arm]!.answer).filter(({ status }) => status > 0);
    const found = new Map<string, Pick<Difference, 'kind' | 'path'>>();
    for (const answer of later) {
      for (const { kind, path } of differ(first!, answer)) found.set(`${kind} ${path}`, { kind, path });
    }
    if (found.size > 0) varies[arm] = [...found.values()];
  }
  const failures = failuresOf(answered);
  return {
    deterministic: Object.keys(varies).length === 0 && failures.length === 0,
    runs: answered.map(({ primary, candidate, control }) => ({
      primary: viewAnswer(primary!.answer),
      candidate: viewAnswer(candidate!.answer),
      ...(control && { control: viewAnswer(control.answer) }),
      differences: differ(primary!.answer, candidate!.answer),
    })),
    varies,
    notes: [...failures, ...truncations(answered, limits.maxBodyBytes), ...request.notes],
  };
}

function failuresOf(runs: readonly Arms[]): string[] {
  return perArm(runs, ({ failure }) => failure).map(([arm, failures]) => {
    const times = failures.length === runs.length ? 'in every run' : `in ${failures.length} of ${runs.length} runs`;
    return `The ${arm} did not answer ${times}: ${[...new Set(failures)].join('; ')}.`;
  });
}

function truncations(runs: readonly Arms[], maxBodyBytes: number): string[] {
  return perArm(runs, ({ answer }) => (answer.truncated ? 'yes' : undefined)).map(
    ([arm]) => `Only the first ${maxBodyBytes} bytes of the ${arm}'s body are compared.`,
  );
}

function perArm(runs: readonly Arms[], pick: (asked: Asked) => string | undefined): Array<[string, string[]]> {
  const found = new Map<string, string[]>();
  for (const run of runs) {
    for (const [arm, asked] of Object.entries(run)) {
      const text = pick(asked);
      if (text !== undefined) found.set(arm, [...(found.get(arm) ?? []), text]);
    }
  }
  return [...found];
}

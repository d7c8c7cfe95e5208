/** How fast and how faulty the arms answer, as `GET /mirrors/{name}/latency` gives it. */
import { mannWhitney, shareDifference } from '../judge/index.ts';
import { groupBy } from './group-by.ts';
import type { Arm, ByArm, CellInput, EpochInput, LatencyInput, LocalRepliesInput, Stratum } from './inputs.ts';
import { sumOf } from './verdict.ts';

export interface LatencyArm {
  /** Compared pairs that this arm answered. */
  readonly count: number;
  /** 5xx, and what gRPC means by it. */
  readonly errors: number;
  /** 4xx, and what gRPC means by it. */
  readonly clientErrors: number;
  /** Until the last byte; null without a single one. */
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p99Ms: number | null;
  /**
   * Answers that Envoy gave instead of the service; they are in no other figure. Null where an earlier version has counted
   * them without their stratum.
   */
  readonly localReplies: number | null;
}

export interface LatencyFigures {
  readonly arms: { readonly primary: LatencyArm; readonly candidate: LatencyArm; readonly control?: LatencyArm };
  /**
   * By how much the candidate is slower: the median of all differences, with its interval. Against the control where there
   * is one, because both copies are measured at their clusters. The primary is measured in the listener, so against it the
   * candidate looks a little faster than it is.
   */
  readonly shift: {
    readonly ms: number;
    readonly lowMs: number;
    readonly highMs: number;
    readonly pValue: number;
    readonly against: 'control' | 'primary';
  } | null;
  /** Share of errors, candidate minus primary. */
  readonly errors: { readonly difference: number; readonly low: number; readonly high: number } | null;
}

export interface LatencyItem extends LatencyFigures {
  /** `*` is all together. */
  readonly endpoint: string;
  readonly strata: ReadonlyArray<LatencyFigures & { readonly reason: 'segment' | 'sample'; readonly segment?: string }>;
}

const ALL = '*';
const CONFIDENCE = 0.95;
/** Below, the normal approximation of the test says nothing. */
const LEAST_FOR_SHIFT = 10;
/** Bounds the time that the estimate takes; more values would hardly narrow its interval. */
const MAX_FOR_SHIFT = 2_000;

/** @param endpoint only this one and all together; absent: all. */
export function reportLatency(epoch: EpochInput, latencies: readonly LatencyInput[], endpoint?: string): LatencyItem[] {
  const byKey = new Map(latencies.map((input) => [keyOf(input), input]));
  const parts = epoch.cells.map((cell) => ({ cell, latencies: byKey.get(keyOf(cell)) }));
  const endpoints = groupBy(parts, ({ cell }) => cell.endpoint);
  const item = (name: string, some: readonly Part[], replies: readonly LocalRepliesInput[]): LatencyItem => ({
    endpoint: name,
    ...figuresOf(some, sumOfReplies(replies)),
    strata: [...groupBy(some, ({ cell }) => stratumKey(cell.stratum)).values()].map((ofStratum) => {
      const { stratum } = ofStratum[0]!.cell;
      return { ...stratum, ...figuresOf(ofStratum, repliesIn(stratum, replies)) };
    }),
  });
  const wanted = [...endpoints].filter(([name]) => endpoint === undefined || name === endpoint);
  const items = wanted.map(([name, some]) =>
    item(
      name,
      some,
      epoch.localReplies.filter((replies) => replies.endpoint === name),
    ),
  );
  items.sort(
    (one, other) => other.arms.primary.count - one.arms.primary.count || (one.endpoint < other.endpoint ? -1 : 1),
  );
  if (parts.length === 0) return [];
  return [item(ALL, parts, epoch.localReplies), ...items];
}

function sumOfReplies(replies: readonly LocalRepliesInput[]): ByArm<number> {
  const total = (arm: Arm) => sumOf(replies, ({ counts }) => counts[arm]);
  return { primary: total('primary'), candidate: total('candidate'), control: total('control') };
}

/** Undefined when some are of nobody knows which stratum. */
function repliesIn(wanted: Stratum, replies: readonly LocalRepliesInput[]): ByArm<number> | undefined {
  if (replies.some(({ stratum }) => stratum === undefined)) return undefined;
  return sumOfReplies(replies.filter(({ stratum }) => stratumKey(stratum!) === stratumKey(wanted)));
}

interface Part {
  readonly cell: CellInput;
  readonly latencies: LatencyInput | undefined;
}

function figuresOf(parts: readonly Part[], localReplies: ByArm<number> | undefined): LatencyFigures {
  const controlledParts = parts.filter(({ cell }) => cell.controlled);
  const primary = chosen(parts, 'primary');
  const candidate = chosen(parts, 'candidate');
  const control = chosen(controlledParts, 'control');
  const arm = (name: Arm, ms: readonly number[]): LatencyArm => {
    const answered = name === 'control' ? controlledParts : parts;
    const sorted = [...ms].sort((one, other) => one - other);
    return {
      count: sumOf(answered, ({ cell }) => cell.pairs),
      errors: sumOf(answered, ({ cell }) => cell.errors[name].serverErrors),
      clientErrors: sumOf(answered, ({ cell }) => cell.errors[name].clientErrors),
      p50Ms: quantile(sorted, 0.5),
      p90Ms: quantile(sorted, 0.9),
      p99Ms: quantile(sorted, 0.99),
      localReplies: localReplies?.[name] ?? null,
    };
  };
  const arms = { primary: arm('primary', primary), candidate: arm('candidate', candidate) };
  const isControlled = controlledParts.length > 0;
  return {
    arms: { ...arms, ...(isControlled && { control: arm('control', control) }) },
    shift: isControlled
      ? shiftOf('control', control, chosen(controlledParts, 'candidate'))
      : shiftOf('primary', primary, candidate),
    errors: errorsOf(arms.primary, arms.candidate),
  };
}

function shiftOf(
  against: 'control' | 'primary',
  reference: readonly number[],
  candidate: readonly number[],
): LatencyFigures['shift'] {
  if (Math.min(reference.length, candidate.length) < LEAST_FOR_SHIFT) return null;
  const { shift, low, high, pValue } = mannWhitney(reference, candidate, CONFIDENCE);
  return { ms: shift, lowMs: low, highMs: high, pValue, against };
}

function errorsOf(primary: LatencyArm, candidate: LatencyArm): LatencyFigures['errors'] {
  if (primary.count === 0) return null;
  const { rate, low, high } = shareDifference(
    { hits: primary.errors, trials: primary.count },
    { hits: candidate.errors, trials: candidate.count },
    CONFIDENCE,
  );
  return { difference: rate, low, high };
}

/** Of every part as many as it has its share in all pairs; a random choice in itself, so its beginning is one too. */
function chosen(parts: readonly Part[], arm: Arm): number[] {
  const some = parts.flatMap(({ latencies }) => (latencies && latencies.seen > 0 ? [latencies] : []));
  const seen = sumOf(some, (part) => part.seen);
  // A part that has fewer values than its share bounds the others, or they would speak too loudly.
  const total = Math.min(MAX_FOR_SHIFT, ...some.map((part) => (part.ms[arm].length * seen) / part.seen));
  return some.flatMap((part) =>
    [...part.ms[arm].subarray(0, Math.max(1, Math.round((total * part.seen) / seen)))].filter(
      (ms) => !Number.isNaN(ms),
    ),
  );
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

function keyOf({ endpoint, stratum, controlled }: Pick<CellInput, 'endpoint' | 'stratum' | 'controlled'>): string {
  return JSON.stringify([endpoint, stratumKey(stratum), controlled]);
}

function stratumKey(stratum: Stratum): string {
  return stratum.reason === 'segment' ? `segment/${stratum.segment}` : 'sample';
}

/** What a gate says of one stratum, with all that a person needs to see why. */
import type { Bounds } from '../sequential/index.ts';

export type GateName = 'differences' | 'errors' | 'latencyP99';

export type GateOutcome = 'pass' | 'fail' | 'not-enough-data';

/** The worst first. */
export const ORDER: readonly GateOutcome[] = ['fail', 'not-enough-data', 'pass'];

export interface GateResult {
  readonly gate: GateName;
  readonly stratum: string;
  readonly outcome: GateOutcome;
  /** A share for differences and errors; how much longer, as a share, for latency. Null before there is any. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly atMost: number;
  /** Pairs or requests that it rests on. */
  readonly count: number;
  /** It rests on pairs, by the status that gRPC has of its own; absent: on requests, as `errors` of HTTP does. */
  readonly isGrpc?: boolean;
  /** It failed for the candidate's last so many requests alone; absent: for all since the step began. */
  readonly last?: number;
  /** Of the candidate's failures those that are requests without any answer; absent where there are none. */
  readonly unanswered?: number;
  /** How many more it takes about if all goes on like this; null when that cannot be said. 0 when it is decided. */
  readonly more: number | null;
}

/** Of the two errors: the probability that a gate ever opens wrongly, and that it ever stops wrongly. */
export interface Alphas {
  /** A candidate that is worse than the bound passes this gate, at whatever look. */
  readonly pass: number;
  /** A candidate within the bound is stopped by this gate, at whatever look. */
  readonly fail: number;
}

/** Passes only with the whole interval on the good side, and fails only with all of it on the bad side. */
export function outcomeOf({ low, high }: Pick<Bounds, 'low' | 'high'>, atMost: number): GateOutcome {
  if (high <= atMost) return 'pass';
  return low > atMost ? 'fail' : 'not-enough-data';
}

/**
 * Further counts until the gate decides, if the value stays as it is: an interval narrows with the root of the counts, and
 * with the counts themselves where nothing has been seen yet. An estimate for people that decides nothing; null where the
 * value lies at the bound, or an end is not known yet.
 */
export function moreUntil(count: number, { rate, low, high }: Bounds, atMost: number): number | null {
  const toBound = Math.abs(atMost - rate);
  const toEnd = rate <= atMost ? high - rate : rate - low;
  const factor = (toEnd / toBound) ** (rate === 0 ? 1 : 2);
  return factor <= MOST_FACTOR ? Math.ceil(count * Math.max(factor - 1, 0)) : null;
}

/** Beyond this an estimate says no more than "many". */
const MOST_FACTOR = 1_000;

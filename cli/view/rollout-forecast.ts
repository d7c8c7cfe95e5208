/** How long the steps of a plan would take at least, from the traffic there is. Pure. */
import { leastCleanPairs, type RolloutPlan, type Step } from '../../rollout/index.ts';
import type { MirrorTraffic } from './traffic.ts';

/** What a mirror sees now. */
export interface Pace {
  /** Pairs compared a second, of all groups together. */
  readonly pairsPerSecond: number;
  /** For how long that was counted. */
  readonly minutes: number;
  /** Requests of each group that were asked about: how they are spread. */
  readonly groups: ReadonlyArray<Pick<MirrorTraffic['groups'][number], 'segment' | 'share' | 'seen'>>;
}

export interface StepForecast {
  readonly step: Step;
  /** Null: nothing is known of the traffic, or nothing would be copied. */
  readonly pairsPerSecond: number | null;
  readonly leastMs: number;
  /** With the pairs that the step and its gates take at least; null: not known. */
  readonly expectedMs: number | null;
}

export interface RolloutForecast {
  readonly steps: readonly StepForecast[];
  readonly leastMs: number;
  readonly expectedMs: number | null;
  /** Pairs without a difference that each group takes, if there is a gate for them. */
  readonly cleanPairs: number;
  /** The group that pairs of the last step come slowest in, if it is what takes longest. */
  readonly slowest: { readonly group: string; readonly pairsPerSecond: number; readonly ms: number } | null;
}

/**
 * A lower bound: gates of errors and latency may take more, and so does every difference that is found. Groups without any
 * traffic are left out, as the gates leave them out.
 */
export function forecastRollout(plan: RolloutPlan, steps: readonly Step[], pace: Pace | undefined): RolloutForecast {
  const cleanPairs = leastCleanPairs(plan);
  const { atLeastMs, pairs } = plan.step;
  const forecasts = steps.map((step): StepForecast => {
    const rates = ratesAt(step, pace);
    const total = sumOf(rates.map(({ rate }) => rate));
    if (pairs === 0 && cleanPairs === 0)
      return { step, pairsPerSecond: total || null, leastMs: atLeastMs, expectedMs: atLeastMs };
    if (total === 0) return { step, pairsPerSecond: null, leastMs: atLeastMs, expectedMs: null };
    const slowestMs = Math.max(...rates.map(({ rate }) => (cleanPairs / rate) * 1_000));
    const expectedMs = Math.max(atLeastMs, (pairs / total) * 1_000, slowestMs);
    return { step, pairsPerSecond: total, leastMs: atLeastMs, expectedMs };
  });
  const expected = forecasts.map(({ expectedMs }) => expectedMs);
  return {
    steps: forecasts,
    leastMs: atLeastMs * steps.length,
    expectedMs: expected.includes(null) ? null : sumOf(expected.map((ms) => ms ?? 0)),
    cleanPairs,
    slowest: slowestOf(forecasts.at(-1), cleanPairs, pace),
  };
}

/** Pairs a second of each group that has traffic. */
function ratesAt({ weights: { copies } }: Step, pace: Pace | undefined): Array<{ group: string; rate: number }> {
  if (!pace) return [];
  const copiedNow = sumOf(pace.groups.map(({ seen, share }) => seen * fractionOf(share)));
  if (copiedNow === 0) return [];
  return pace.groups.flatMap(({ segment, seen, share }) => {
    const fraction = copies === 'as-configured' ? fractionOf(share) : copies / 1e6;
    const rate = (pace.pairsPerSecond * seen * fraction) / copiedNow;
    return rate > 0 ? [{ group: segment ?? 'everyone else', rate }] : [];
  });
}

function slowestOf(
  last: StepForecast | undefined,
  cleanPairs: number,
  pace: Pace | undefined,
): RolloutForecast['slowest'] {
  if (!last || cleanPairs === 0) return null;
  const [slowest] = ratesAt(last.step, pace).sort((one, other) => one.rate - other.rate);
  if (!slowest) return null;
  const ms = (cleanPairs / slowest.rate) * 1_000;
  return ms === last.expectedMs && ms > last.leastMs
    ? { group: slowest.group, pairsPerSecond: slowest.rate, ms }
    : null;
}

function fractionOf(share: string): number {
  return Number.parseFloat(share) / 100 || 0;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

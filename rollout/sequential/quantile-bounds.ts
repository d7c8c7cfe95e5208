/**
 * A quantile of a latency with bounds that hold at all looks together. How many of n values lie at or below the true
 * quantile is a sum of n tosses of a coin whose probability is known, so its bounds over time are bounds of ranks (Howard and
 * Ramdas, Bernoulli 28, 2022); the histogram says which latencies have those ranks.
 */
import { logMixtureLikelihood, rootOfRising, xLogY } from './mixture.ts';
import type { Bounds } from './paired-bounds.ts';

/** Counts of latencies by size; cell i holds those from `edgeMs(i)` up to `edgeMs(i + 1)`. Sparse: absent cells are 0. */
export type LatencyCells = ReadonlyMap<number, number>;

/** Neighbours differ by 1%, which is as exact as a bound can be. */
const RATIO = Math.log(1.01);
/** What is shorter counts as this. */
const LEAST_MS = 0.01;

export function cellOf(ms: number): number {
  return Math.max(0, Math.floor(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / RATIO));
}

export function edgeMs(cell: number): number {
  return LEAST_MS * Math.exp(cell * RATIO);
}

/** The prior weighs as much as this share of the expected values: about then the bounds are at their best (Howard et al. 2021, section 3.5). */
const PRIOR_SHARE = 1 / 8;

export interface QuantileOptions {
  /** 0.99 is p99. */
  readonly quantile: number;
  readonly lowAlpha: number;
  readonly highAlpha: number;
  /** About how many values there will be at the decision. */
  readonly expectedValues: number;
}

/** In milliseconds; `high` is infinite and `low` 0 while there are too few values to know. */
export function quantileBounds(cells: LatencyCells, options: QuantileOptions): Bounds {
  const { quantile } = options;
  const sorted = [...cells].filter(([, count]) => count > 0).sort(([one], [other]) => one - other);
  const values = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (values === 0) return { rate: 0, low: 0, high: Number.POSITIVE_INFINITY };
  const [fewest, most] = rankBounds(values, options);
  const cellAt = (rank: number) => {
    let seen = 0;
    for (const [cell, count] of sorted) {
      seen += count;
      if (seen >= rank) return cell;
    }
    return undefined;
  };
  const [at, low, high] = [Math.ceil(values * quantile), fewest, most].map(cellAt);
  return {
    rate: edgeMs(at!),
    low: fewest < 1 ? 0 : edgeMs(low!),
    high: high === undefined ? Number.POSITIVE_INFINITY : edgeMs(high + 1),
  };
}

/** Ranks are whole numbers, so a bound is at most one further out than it had to be. */
const RANK_TOLERANCE = 1 / 64;

/** The true quantile lies at or above the value of the first rank and at or below that of the second. */
function rankBounds(values: number, { quantile, lowAlpha, highAlpha, expectedValues }: QuantileOptions) {
  const weight = Math.max(expectedValues * PRIOR_SHARE, 2);
  const mixture = [{ weight: 1, concentrations: [weight * quantile, weight * (1 - quantile)] }];
  const against = (below: number) =>
    logMixtureLikelihood([below, values - below], mixture) -
    xLogY(below, quantile) -
    xLogY(values - below, 1 - quantile);
  const middle = values * quantile;
  const down = rootOfRising(0, middle, (steps) => against(middle - steps) + Math.log(lowAlpha), RANK_TOLERANCE);
  const up = rootOfRising(0, values - middle, (steps) => against(middle + steps) + Math.log(highAlpha), RANK_TOLERANCE);
  const isCertain = against(values) + Math.log(highAlpha) >= 0;
  return [
    against(0) + Math.log(lowAlpha) >= 0 ? Math.ceil(middle - down) : 0,
    isCertain ? Math.floor(middle + up) + 1 : values + 1,
  ] as const;
}

import { type Random, seededRandom } from './random.ts';

/** Figures of a benchmark: order statistics, and differences between two things measured side by side in every round. */

/**
 * Linear interpolation between the closest ranks (type 7 of Hyndman and Fan, what R and NumPy do by default).
 *
 * @param share 0 to 1: 0.5 is the median.
 */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('no percentile of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const below = sorted[Math.floor(rank)]!;
  const above = sorted[Math.ceil(rank)]!;
  return below + (above - below) * (rank - Math.floor(rank));
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** An estimate with its 95% confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 10_000;

/** Median with a 95% percentile-bootstrap interval: rounds are drawn with replacement, so one odd round cannot decide. */
export function medianEstimate(values: readonly number[], random: Random = seededRandom(1)): Estimate {
  const medians: number[] = [];
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    medians.push(median(values.map(() => values[Math.floor(random() * values.length)]!)));
  }
  return { value: median(values), low: percentile(medians, 0.025), high: percentile(medians, 0.975) };
}

/**
 * Median of `measured[i] - baseline[i]`, i being the round in which both were measured: what drifts between rounds
 * (other work on the machine, clock speed) cancels.
 */
export function pairedDifference(measured: readonly number[], baseline: readonly number[]): Estimate {
  if (measured.length !== baseline.length) throw new RangeError('a pair is missing its other half');
  return medianEstimate(measured.map((value, round) => value - baseline[round]!));
}

/** The same for `measured[i] / baseline[i]`. */
export function pairedRatio(measured: readonly number[], baseline: readonly number[]): Estimate {
  if (measured.length !== baseline.length) throw new RangeError('a pair is missing its other half');
  return medianEstimate(measured.map((value, round) => value / baseline[round]!));
}

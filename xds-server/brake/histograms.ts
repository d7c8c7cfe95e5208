/** Sums of histograms, and what can be read from their buckets; within a bucket values are taken as evenly spread. */
import type { Histogram } from '../stats/index.ts';

export const EMPTY: Histogram = { count: 0, buckets: [] };

/** Of the same bounds, as all histograms of one Envoy statistic have; those of others are taken as they are. */
export function addHistograms(one: Histogram, other: Histogram): Histogram {
  if (one.count === 0) return other;
  if (other.count === 0) return one;
  const bounds = [...new Set([...one.buckets, ...other.buckets].map(({ upTo }) => upTo))].sort((a, b) => a - b);
  return {
    count: one.count + other.count,
    buckets: bounds.map((upTo) => ({ upTo, count: countUpTo(one, upTo) + countUpTo(other, upTo) })),
  };
}

/** How many values were at most `limit`. */
export function countUpTo({ count, buckets }: Histogram, limit: number): number {
  let [lowest, below] = [0, 0];
  for (const bucket of buckets) {
    if (limit < bucket.upTo) {
      return below + ((bucket.count - below) * Math.max(limit - lowest, 0)) / (bucket.upTo - lowest);
    }
    [lowest, below] = [bucket.upTo, bucket.count];
  }
  return limit >= lowest && buckets.length > 0 ? below : count;
}

/** Undefined where there are no values, or it lies beyond the last bound. */
export function quantile({ count, buckets }: Histogram, share: number): number | undefined {
  const wanted = count * share;
  let [lowest, below] = [0, 0];
  for (const bucket of buckets) {
    if (count > 0 && bucket.count >= wanted) {
      return lowest + ((bucket.upTo - lowest) * (wanted - below)) / Math.max(bucket.count - below, 1e-9);
    }
    [lowest, below] = [bucket.upTo, bucket.count];
  }
  return undefined;
}

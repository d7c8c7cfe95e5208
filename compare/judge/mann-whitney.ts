/**
 * Is the second group slower, and by how much? No distribution is assumed: latencies have long tails. The samples are
 * bounded by the caller; time that a copy spent queueing at a breaker does not belong in them.
 */
import { normalQuantile, normalUpperTail } from './normal.ts';

export interface Shift {
  /** Pairs of values in which the second is larger; ties count half. */
  readonly u: number;
  /** Two-sided. */
  readonly pValue: number;
  /** Hodges and Lehmann's estimate: the median of all differences, second minus first. */
  readonly shift: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The test of Mann and Whitney (1947) by its normal approximation, corrected for ties, with
 * the shift of Hodges and Lehmann and its interval (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd
 * ed. 2014, sections 4.1 to 4.3). Good from about ten values each.
 */
export function mannWhitney(first: readonly number[], second: readonly number[], confidence: number): Shift {
  if (first.length === 0 || second.length === 0) throw new RangeError('no shift between nothing and something');
  const one = Float64Array.from(first).sort();
  const two = Float64Array.from(second).sort();
  const all = one.length * two.length;
  const u = all - (countAtMost(one, two, 0) + countBelow(one, two, 0)) / 2;
  const deviation = Math.sqrt(varianceOfU(one, two));
  const half = normalQuantile((1 + confidence) / 2) * Math.sqrt((all * (one.length + two.length + 1)) / 12);
  const ends = Math.max(1, Math.round(all / 2 - half));
  return {
    u,
    pValue: deviation === 0 ? 1 : Math.min(1, 2 * normalUpperTail(Math.abs(u - all / 2) / deviation)),
    shift: (differenceOfRank(one, two, Math.ceil(all / 2)) + differenceOfRank(one, two, Math.floor(all / 2) + 1)) / 2,
    low: differenceOfRank(one, two, ends),
    high: differenceOfRank(one, two, all + 1 - ends),
  };
}

/** Variance of U without shift; ties narrow it. */
function varianceOfU(one: Float64Array, two: Float64Array): number {
  const total = one.length + two.length;
  const merged = new Float64Array(total);
  merged.set(one);
  merged.set(two, one.length);
  merged.sort();
  let ties = 0;
  for (let from = 0; from < total; ) {
    let to = from + 1;
    while (to < total && merged[to] === merged[from]) to += 1;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  return ((one.length * two.length) / 12) * (total + 1 - ties / (total * Math.max(1, total - 1)));
}

/** Pairs with `second - first <= limit`, in one walk over both sorted lists. */
function countAtMost(one: Float64Array, two: Float64Array, limit: number): number {
  let count = 0;
  let reached = 0;
  for (const value of one) {
    while (reached < two.length && two[reached]! - value <= limit) reached += 1;
    count += reached;
  }
  return count;
}

function countBelow(one: Float64Array, two: Float64Array, limit: number): number {
  let count = 0;
  let reached = 0;
  for (const value of one) {
    while (reached < two.length && two[reached]! - value < limit) reached += 1;
    count += reached;
  }
  return count;
}

/** The difference of that rank (1 is the smallest) among all, without writing them down: halving the range. */
function differenceOfRank(one: Float64Array, two: Float64Array, rank: number): number {
  let low = two[0]! - one.at(-1)!;
  let high = two.at(-1)! - one[0]!;
  for (let step = 0; step < HALVINGS && low < high; step += 1) {
    const middle = low + (high - low) / 2;
    if (countAtMost(one, two, middle) >= rank) high = largestAtMost(one, two, middle);
    else low = smallestAbove(one, two, middle);
  }
  return high;
}

/** Ends far earlier: each halving lands on a difference that exists. */
const HALVINGS = 200;

function largestAtMost(one: Float64Array, two: Float64Array, limit: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  let reached = 0;
  for (const value of one) {
    while (reached < two.length && two[reached]! - value <= limit) reached += 1;
    if (reached > 0) largest = Math.max(largest, two[reached - 1]! - value);
  }
  return largest;
}

function smallestAbove(one: Float64Array, two: Float64Array, limit: number): number {
  let smallest = Number.POSITIVE_INFINITY;
  let reached = 0;
  for (const value of one) {
    while (reached < two.length && two[reached]! - value <= limit) reached += 1;
    if (reached < two.length) smallest = Math.min(smallest, two[reached]! - value);
  }
  return smallest;
}

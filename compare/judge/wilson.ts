/** The interval of a share, and how many trials make it narrow enough. */
import { normalQuantile } from './normal.ts';

export interface Interval {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** Wilson's score interval (Wilson 1927; method 3 of Newcombe, Statistics in Medicine 17, 1998, 857-872). */
export function wilsonInterval(hits: number, trials: number, confidence: number): Interval {
  if (trials === 0) return { rate: 0, low: 0, high: 1 };
  const z = normalQuantile((1 + confidence) / 2);
  const rate = hits / trials;
  const middle = (rate + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const half = (z / (1 + (z * z) / trials)) * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials));
  return {
    rate,
    low: hits === 0 ? 0 : Math.max(0, middle - half),
    high: hits === trials ? 1 : Math.min(1, middle + half),
  };
}

/**
 * Trials after which the upper end of Wilson's interval reaches `margin` if the share stays as it is; infinite when the
 * share is no smaller than the margin. The end u solves (u - rate)^2 = z^2 u (1 - u) / trials.
 */
export function trialsForMargin(rate: number, margin: number, confidence: number): number {
  if (rate >= margin) return Number.POSITIVE_INFINITY;
  const z = normalQuantile((1 + confidence) / 2);
  return Math.ceil((z * z * margin * (1 - margin)) / (margin - rate) ** 2);
}

/** By how much the candidate differs more often than the control, over the same pairs. */
import { normalQuantile } from './normal.ts';
import type { Interval } from './wilson.ts';

/**
 * Difference of two shares of the same pairs, with half a pair added to each cell: the interval of Agresti and Min,
 * Statistics in Medicine 24, 2005, 729-740, which holds its confidence also near 0 and 1.
 */
export function pairedDifference(
  candidateOnly: number,
  controlOnly: number,
  pairs: number,
  confidence: number,
): Interval {
  if (pairs === 0) return { rate: 0, low: -1, high: 1 };
  const total = pairs + 2;
  const difference = (candidateOnly - controlOnly) / total;
  const variance = ((candidateOnly + controlOnly + 1) / total - difference ** 2) / total;
  const half = normalQuantile((1 + confidence) / 2) * Math.sqrt(variance);
  return {
    rate: (candidateOnly - controlOnly) / pairs,
    low: Math.max(-1, difference - half),
    high: Math.min(1, difference + half),
  };
}

/** Pairs after which the upper end of that interval reaches `margin`, if all shares stay as they are. */
export function pairsForMargin(
  candidateOnly: number,
  controlOnly: number,
  pairs: number,
  margin: number,
  confidence: number,
): number {
  const difference = (candidateOnly - controlOnly) / Math.max(pairs, 1);
  if (difference >= margin) return Number.POSITIVE_INFINITY;
  const discordant = (candidateOnly + controlOnly) / Math.max(pairs, 1);
  const upperEnd = (total: number) =>
    pairedDifference(
      discordantAt(difference, discordant, total),
      discordantAt(-difference, discordant, total),
      total,
      confidence,
    ).high;
  let low = 0;
  let high = 1;
  while (upperEnd(high) > margin && high < 2 ** 50) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (upperEnd(middle) > margin) low = middle;
    else high = middle;
  }
  return high;
}

function discordantAt(difference: number, discordant: number, total: number): number {
  return ((discordant + difference) / 2) * total;
}

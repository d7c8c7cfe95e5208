/** A share and the difference of two shares, with bounds that hold at all looks together. */
import { logMixtureLikelihood, rareMixture, rootOfRising, xLogY } from './mixture.ts';
import type { BoundOptions, Bounds } from './paired-bounds.ts';

export interface Share {
  readonly hits: number;
  readonly trials: number;
}

/** Of one arm alone. */
export function shareBounds({ hits, trials }: Share, { lowAlpha, highAlpha, aroundRate }: BoundOptions): Bounds {
  if (trials === 0) return { rate: 0, low: 0, high: 1 };
  const rate = hits / trials;
  const evidence = logMixtureLikelihood([hits, trials - hits], rareMixture(1, aroundRate));
  const against = (x: number) => evidence - xLogY(hits, x) - xLogY(trials - hits, 1 - x);
  const high = hits === trials ? 1 : rootOfRising(rate, 1, (x) => against(x) + Math.log(highAlpha));
  const low = hits === 0 ? 0 : 1 - rootOfRising(1 - rate, 1, (x) => against(1 - x) + Math.log(lowAlpha));
  return { rate, low, high };
}

/**
 * Share of `candidate` less that of `primary`. Each end adds up an end of each, with half the probability of error (Boole), so
 * it holds whether the arms answered the same requests, as copies do, or others, as in a canary.
 */
export function differenceBounds(candidate: Share, primary: Share, options: BoundOptions): Bounds {
  const half = { ...options, lowAlpha: options.lowAlpha / 2, highAlpha: options.highAlpha / 2 };
  const mirrored = { ...half, lowAlpha: half.highAlpha, highAlpha: half.lowAlpha };
  const of = shareBounds(candidate, half);
  const from = shareBounds(primary, mirrored);
  return { rate: of.rate - from.rate, low: of.low - from.high, high: of.high - from.low };
}

/**
 * Exact bounds of a binomial count, so that a test of a random share has a known, small chance to fail by bad luck and
 * none to pass by a wide tolerance.
 */

/** One run of a million fails by bad luck, so that none is repeated until it passes. */
const CONFIDENCE = 0.999_999;

export interface CountBounds {
  readonly low: number;
  readonly high: number;
}

/**
 * The narrowest `low..high` with P(X < low) <= (1 - confidence) / 2 and P(X > high) <= (1 - confidence) / 2 for
 * X ~ Binomial(trials, share): no normal approximation.
 *
 * @param share between 0 and 1; at both ends the bounds close on one value.
 */
export function binomialBounds(trials: number, share: number, confidence = CONFIDENCE): CountBounds {
  if (share <= 0) return { low: 0, high: 0 };
  if (share >= 1) return { low: trials, high: trials };
  const tail = (1 - confidence) / 2;
  return { low: quantile(trials, share, tail), high: trials - quantile(trials, 1 - share, tail) };
}

/** The largest k with P(X < k) <= tail. */
function quantile(trials: number, share: number, tail: number): number {
  const logOdds = Math.log(share) - Math.log1p(-share);
  let logProbability = trials * Math.log1p(-share);
  let below = 0;
  for (let k = 0; k < trials; k++) {
    below += Math.exp(logProbability);
    if (below > tail) return k;
    logProbability += Math.log(trials - k) - Math.log(k + 1) + logOdds;
  }
  return trials;
}

/** Says what is wrong when `count` of `trials` cannot honestly be called `share`; undefined when it can. */
export function shareProblem(count: number, trials: number, share: number): string | undefined {
  const { low, high } = binomialBounds(trials, share);
  if (count >= low && count <= high) return undefined;
  return `${count} of ${trials} for a share of ${share * 100}%: outside of ${low}..${high} (${CONFIDENCE * 100}%)`;
}

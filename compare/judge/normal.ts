/** The standard normal distribution, to about 1e-12. */

/** P(Z > z). */
export function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z);
  const x = (z * z) / 2;
  return z < 2 ? 0.5 - 0.5 * lowerGammaHalf(x) : 0.5 * upperGammaHalf(x);
}

/** P(1/2, x) by its series (Abramowitz and Stegun 6.5.29). */
function lowerGammaHalf(x: number): number {
  let term = 2;
  let sum = 2;
  for (let step = 1; step < 200; step += 1) {
    term *= x / (step + 0.5);
    sum += term;
  }
  return sum * Math.exp(-x) * Math.sqrt(x / Math.PI);
}

/** Q(1/2, x) by its continued fraction, from the far end (Abramowitz and Stegun 6.5.31). */
function upperGammaHalf(x: number): number {
  let fraction = 0;
  for (let step = 200; step >= 1; step -= 1) fraction = (step * (step - 0.5)) / (x + 2 * step + 0.5 - fraction);
  return (Math.exp(-x) * Math.sqrt(x / Math.PI)) / (x + 0.5 - fraction);
}

const quantiles = new Map<number, number>();
/** Callers use one or two levels of confidence; whoever uses more only waits longer. */
const MOST_REMEMBERED = 16;

/** The standard normal quantile, by bisection of its tail; remembered, because each interval asks for the same one. */
export function normalQuantile(probability: number): number {
  const known = quantiles.get(probability);
  if (known !== undefined) return known;
  let low = -40;
  let high = 40;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (1 - normalUpperTail(middle) < probability) low = middle;
    else high = middle;
  }
  const quantile = (low + high) / 2;
  if (quantiles.size < MOST_REMEMBERED) quantiles.set(probability, quantile);
  return quantile;
}

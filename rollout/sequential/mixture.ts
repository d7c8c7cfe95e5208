/**
 * The evidence of counts against a hypothesis, whenever one looks. A mixture likelihood divided by the likelihood of a
 * hypothesis is a test martingale; that it ever reaches 1/alpha while the hypothesis is true has a probability of at most alpha
 * (Ville 1939; Robbins, Annals of Mathematical Statistics 41, 1970; Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49,
 * 2021). So a gate may be asked after every pair, and stop or pass at the first answer.
 */
import { logGamma } from '../../compare/judge/index.ts';

/** A Dirichlet distribution over the probabilities of what is counted. */
export interface Component {
  readonly weight: number;
  readonly concentrations: readonly number[];
}

/** Logarithm of the probability of one sequence with these counts, its probabilities drawn from the mixture. */
export function logMixtureLikelihood(counts: readonly number[], mixture: readonly Component[]): number {
  const terms = mixture.map(({ weight, concentrations }) => Math.log(weight) + logDirichlet(counts, concentrations));
  const most = Math.max(...terms);
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}

function logDirichlet(counts: readonly number[], concentrations: readonly number[]): number {
  let [whole, all, parts] = [0, 0, 0];
  for (const [index, count] of counts.entries()) {
    const concentration = concentrations[index]!;
    whole += concentration;
    all += count;
    parts += logGamma(concentration + count) - logGamma(concentration);
  }
  return logGamma(whole) - logGamma(whole + all) + parts;
}

/** `x * log(y)`, with 0 * log(0) = 0. */
export function xLogY(x: number, y: number): number {
  return x === 0 ? 0 : x * Math.log(y);
}

/** How often it is expected, from half of all to one in a million: what is not the expected size costs little more. */
const REST = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

/**
 * For rare events: half of the weight where a share of about `rate` is expected, the other half spread over all sizes.
 * `rareKinds` are counted apart from the rest, which is counted last.
 */
export function rareMixture(rareKinds: number, rate: number): Component[] {
  const component = (weight: number, rest: number): Component => ({
    weight,
    concentrations: [...Array.from({ length: rareKinds }, () => 0.5), rest],
  });
  return [component(0.5, 0.5 / rate), ...REST.map((rest) => component(0.5 / REST.length, rest / 2))];
}

/**
 * Where a rising function reaches 0 between `low` and `high`, or at most `tolerance` above that: what errs widens an interval.
 */
export function rootOfRising(low: number, high: number, f: (x: number) => number, tolerance = 0): number {
  let [below, above] = [low, high];
  for (let step = 0; step < 60 && above - below > tolerance; step += 1) {
    const middle = (below + above) / 2;
    if (f(middle) < 0) below = middle;
    else above = middle;
  }
  return above;
}

/** Many tests at once: of what is called a finding, how much is chance? */

/**
 * Adjusted p-values of Benjamini and Hochberg, J. R. Statist. Soc. B 57, 1995, 289-300: those up to q are findings with a
 * false discovery rate of at most q. `expected` is how many innocent ones reach a value by chance: number of tests times p.
 */
export function falseDiscoveryRates(expected: readonly number[]): number[] {
  const order = expected.map((_, index) => index);
  order.sort((a, b) => (expected[a] === expected[b] ? 0 : expected[b]! - expected[a]!));
  const rates = new Array<number>(expected.length).fill(1);
  let least = 1;
  order.forEach((index, position) => {
    least = Math.min(least, expected[index]! / (expected.length - position));
    rates[index] = least;
  });
  return rates;
}

export function benjaminiHochberg(pValues: readonly number[]): number[] {
  return falseDiscoveryRates(pValues.map((pValue) => pValue * pValues.length));
}

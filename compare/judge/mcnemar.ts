/** The plain test for paired counts: the judge's yardstick, and the p-value that it reports. */
import { binomialUpperTail } from './binomial.ts';

/**
 * Exact test of McNemar (1947), one-sided: of the pairs in which just one of the two differs, is it the candidate more
 * often than chance? Twice the smaller of both sides is the two-sided test.
 */
export function mcnemarExact(candidateOnly: number, controlOnly: number): number {
  return binomialUpperTail(candidateOnly, candidateOnly + controlOnly, 0.5);
}

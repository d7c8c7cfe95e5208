/**
 * How much more often one arm differs than the other, in the same requests, with bounds that hold at all looks together.
 * The counts of pairs decide alone: nothing has to be kept between looks.
 */
import { logMixtureLikelihood, rareMixture, rootOfRising, xLogY } from './mixture.ts';

export interface PairedCounts {
  readonly pairs: number;
  /** Only the candidate differs from the primary. */
  readonly candidateOnly: number;
  /** Only the control does; 0 where there is none. */
  readonly controlOnly: number;
}

export interface Bounds {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** Of each end: the probability that it is ever on the wrong side of the truth, and the size that it is best at. */
export interface BoundOptions {
  readonly lowAlpha: number;
  readonly highAlpha: number;
  /** The share that the bounds will be compared with. */
  readonly aroundRate: number;
}

/** Below the bound in question lies what passes, above it what fails: each end expects what it is to prove. */
const PASSING = 1 / 8;
const FAILING = 1;

/**
 * Share of the pairs in which only the candidate differs less the share in which only the control does. Each end inverts a
 * test of all trinomial distributions with that difference or a larger (smaller) one, the most likely of them included
 * (universal inference, Wasserman, Ramdas and Balakrishnan, PNAS 117, 2020).
 */
export function pairedBounds(counts: PairedCounts, options: BoundOptions): Bounds {
  const { pairs, candidateOnly, controlOnly } = counts;
  if (pairs === 0) return { rate: 0, low: -1, high: 1 };
  const rate = (candidateOnly - controlOnly) / pairs;
  const kinds = [candidateOnly, controlOnly, pairs - candidateOnly - controlOnly];
  const evidenceFor = (factor: number) => logMixtureLikelihood(kinds, rareMixture(2, options.aroundRate * factor));
  const [toLow, toHigh] = [evidenceFor(FAILING), evidenceFor(PASSING)];
  const high = rootOfRising(rate, 1, (x) => toHigh - mostLikely(counts, x) + Math.log(options.highAlpha));
  const low = -rootOfRising(-rate, 1, (x) => toLow - mostLikely(counts, -x) + Math.log(options.lowAlpha));
  return { rate, low, high };
}

/**
 * Logarithm of the largest likelihood among the distributions with this difference. With p for the control's share the
 * derivative b/(p + d) + c/p - 2m/(1 - d - 2p) is 0 at a root of 2n p^2 - ((b + c)(1 - d) - 2d(c + m)) p - c d (1 - d).
 */
export function mostLikely({ pairs, candidateOnly, controlOnly }: PairedCounts, difference: number): number {
  const d = Math.abs(difference);
  const [b, c] = difference >= 0 ? [candidateOnly, controlOnly] : [controlOnly, candidateOnly];
  const neither = pairs - b - c;
  const linear = (b + c) * (1 - d) - 2 * d * (c + neither);
  const root = (linear + Math.sqrt(linear * linear + 8 * pairs * c * d * (1 - d))) / (4 * pairs);
  const p = Math.min(Math.max(root, 0), (1 - d) / 2);
  return xLogY(b, p + d) + xLogY(c, p) + xLogY(neither, Math.max(1 - d - 2 * p, 0));
}

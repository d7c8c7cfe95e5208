/** The rule of Diffy, kept as a yardstick: what a well-known tool would say of the same counts. */
import type { Tally } from './tally.ts';

const RELATIVE_PERCENT = 20;
const ABSOLUTE_PERCENT = 0.03;

/**
 * Flags a field when the candidate differs from the primary more often than the control does, by more than 20% of both
 * together and by more than 0.03% of all pairs: the joined-field filter of opendiffy/diffy with its default thresholds.
 */
export function diffyFlags(
  { candidateOnly, controlOnly, both }: Pick<Tally, 'candidateOnly' | 'controlOnly' | 'both'>,
  pairs: number,
): boolean {
  const raw = candidateOnly + both;
  const noise = controlOnly + both;
  const excess = raw - noise;
  return excess > 0 && (100 * excess) / (raw + noise) > RELATIVE_PERCENT && (100 * excess) / pairs > ABSOLUTE_PERCENT;
}

/** What the judge is told of a field: counts, and how the primary's own values look. */
import type { DifferenceKind } from '../diff/index.ts';
import type { Tally } from './tally.ts';

export type ValueFormat = 'time' | 'uuid' | 'hash' | 'integer' | 'decimal' | 'text' | 'enum' | 'boolean' | 'structure';

/** How the primary's values of a field look over its answers: all that hints at noise where there is no control. */
export interface Looks {
  readonly format: ValueFormat;
  /** Distinct values over answers that had the field, 0 to 1. */
  readonly distinctShare: number;
}

/** One field of one endpoint and stratum, and one kind of difference. Strata are never pooled: each is an entry. */
export interface FieldEvidence {
  readonly kind: DifferenceKind;
  /** Compared pairs of this endpoint and stratum; with a control those of which all three answers are there. */
  readonly pairs: number;
  readonly tally: Readonly<Tally>;
  readonly looks?: Looks;
  /**
   * The same field the other way round: `extra` where this is `missing`, and `missing` where this is `extra`. A field that
   * comes and goes by itself does both. Left out where one pair can show both, as with the elements of an array.
   */
  readonly opposite?: Readonly<Pick<Tally, 'candidateOnly' | 'candidateSpells'>>;
}

/** What an answer is made of, not what it says: noise shows here far more seldom. */
export function isStructural(kind: DifferenceKind): boolean {
  return kind === 'missing' || kind === 'extra' || kind === 'type' || kind === 'status';
}

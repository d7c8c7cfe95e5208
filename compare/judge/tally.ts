/**
 * What the statistics need of the pairs of one field (one kind of difference, one endpoint, one stratum): a handful of
 * counts, kept up to date pair by pair, never the pairs themselves. A pair without difference costs nothing.
 */

/**
 * Counts over compared pairs. With a control, "differs" means differs from the primary; without one all differences of
 * the candidate stand in `candidateOnly`.
 */
export interface Tally {
  candidateOnly: number;
  controlOnly: number;
  both: number;
  /**
   * Spells: stretches of successive pairs in which the candidate alone differed more often than the control alone, or
   * the other way round. Twenty differences in one spell (a stale cache) are weaker evidence than twenty spells.
   */
  candidateSpells: number;
  controlSpells: number;
  /** The stretch that the last difference fell into (-1: none, or not known), and by how much the candidate leads there. */
  lastStretch: number;
  lastLead: number;
}

export function emptyTally(): Tally {
  return {
    candidateOnly: 0,
    controlOnly: 0,
    both: 0,
    candidateSpells: 0,
    controlSpells: 0,
    lastStretch: -1,
    lastLead: 0,
  };
}

/**
 * The stretch of a pair. Each is a little longer than the one before, so that 20 pairs make several stretches and spells
 * of any length are met: n pairs make about 1.5 times the root of n.
 */
export function stretchOf(pairIndex: number): number {
  return Math.floor(STRETCHES_PER_ROOT * Math.sqrt(pairIndex));
}

const STRETCHES_PER_ROOT = 1.5;

/**
 * Spells of the candidate, as stretches of one length would have them. The first pairs make short stretches, so that few pairs
 * can tell anything; among many more they are a moment, and a candidate that began with a cold cache was struck once. Where
 * the last difference is known to lie within the first pairs, no more spells are left than stretches of the average length.
 */
export function spellsAmong(pairs: number, { candidateSpells, lastStretch }: Readonly<Tally>): number {
  if (lastStretch < 0) return candidateSpells;
  const last = ((lastStretch + 1) / STRETCHES_PER_ROOT) ** 2;
  const stretchPairs = Math.sqrt(pairs) / STRETCHES_PER_ROOT;
  return Math.min(candidateSpells, Math.ceil(last / stretchPairs));
}

/**
 * Counts one pair in which the field differed, in place. Pairs come in the order of time.
 *
 * @param pairIndex how many pairs of this endpoint and stratum were compared before.
 */
export function countDifference(tally: Tally, pairIndex: number, candidate: boolean, control: boolean): void {
  if (candidate && control) tally.both += 1;
  if (candidate === control) return;
  const stretch = stretchOf(pairIndex);
  const before = stretch === tally.lastStretch ? tally.lastLead : 0;
  const lead = before + (candidate ? 1 : -1);
  if (candidate) tally.candidateOnly += 1;
  else tally.controlOnly += 1;
  tally.candidateSpells += Number(lead > 0) - Number(before > 0);
  tally.controlSpells += Number(lead < 0) - Number(before < 0);
  tally.lastStretch = stretch;
  tally.lastLead = lead;
}

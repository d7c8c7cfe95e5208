/**
 * Without a control nothing but the looks of a field hint at noise: weaker, and not learnt but assumed. The figures stand
 * for the same thing as those against a control: expected innocent fields that look like this one.
 */
import { type FieldEvidence, isStructural, type Looks } from './evidence.ts';

const VOLATILE_DISTINCT_SHARE = 0.8;
/** From this share of pairs on, a field that carries a new value in each answer is taken for a timestamp or an id. */
const VOLATILE_RATE = 0.5;
/** A difference in nearly each pair, at a field whose values repeat, is no volatility: those would repeat too. */
const SYSTEMATIC = { rate: 0.95, distinctShare: 0.5, innocent: 0.3 } as const;
const STRUCTURAL_INNOCENT = 0.8;
/** A single difference may be an accident of one answer. */
const ACCIDENT_INNOCENT = 0.2;
const FEW_VALUES_INNOCENT = 0.2;
const OTHER_INNOCENT = 0.7;
const ORDER_INNOCENT = 2;
const VOLATILE_INNOCENT = 5;

export function expectedInnocentByLooks({ kind, pairs, tally, looks }: FieldEvidence): number {
  const { candidateOnly, candidateSpells } = tally;
  if (candidateOnly === 0) return Number.POSITIVE_INFINITY;
  const accident = 0.5 ** (candidateSpells - 1);
  if (isStructural(kind)) return STRUCTURAL_INNOCENT * accident;
  if (kind === 'order') return ORDER_INNOCENT;
  const rate = candidateOnly / pairs;
  if (looks && isVolatile(looks) && rate >= VOLATILE_RATE) return VOLATILE_INNOCENT;
  if (looks && rate >= SYSTEMATIC.rate && looks.distinctShare <= SYSTEMATIC.distinctShare)
    return SYSTEMATIC.innocent * accident;
  const fewValues = looks?.format === 'boolean' || looks?.format === 'enum';
  return (fewValues ? FEW_VALUES_INNOCENT : OTHER_INNOCENT) + ACCIDENT_INNOCENT * accident;
}

/** Looks like a timestamp, an id or a counter: nearly each answer of the primary carries another value. */
function isVolatile({ distinctShare }: Looks): boolean {
  return distinctShare >= VOLATILE_DISTINCT_SHARE;
}

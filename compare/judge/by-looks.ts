/**
 * Without a control nothing but the looks of a field hint at noise: weaker, and mostly not learnt but assumed. The figures
 * stand for the same thing as those against a control: expected innocent fields that look like this one.
 *
 * One thing the pairs themselves tell: a field that comes and goes in every answer is missing about as often as it is extra,
 * because the primary lacks it as often as the candidate does. A defect of the candidate goes one way.
 */
import { excessOdds, RARE } from './against-control.ts';
import { type FieldEvidence, isStructural, type Looks } from './evidence.ts';

const VOLATILE_DISTINCT_SHARE = 0.8;
/** Answers of the same millisecond carry the same time, so on a busy service times repeat where ids do not. */
const VOLATILE_TIME_DISTINCT_SHARE = 0.5;
/** From this share of pairs on, a field that carries a new value in each answer is taken for a timestamp or an id. */
const VOLATILE_RATE = 0.5;
/**
 * An amount is no id: two services that agree on one in so many pairs have it from the request. (Pairs in which the field was not
 * compared, because the status differs, count as if they agreed.)
 */
const VOLATILE_AMOUNT_RATE = 0.8;
/** A difference in nearly each pair, at a field whose values repeat, is no volatility: those would repeat too. */
const SYSTEMATIC = { rate: 0.95, distinctShare: 0.5, innocent: 0.3 } as const;
const STRUCTURAL_INNOCENT = 0.8;
/** A single difference may be an accident of one answer. */
const ACCIDENT_INNOCENT = 0.2;
const FEW_VALUES_INNOCENT = 0.2;
const OTHER_INNOCENT = 0.7;
const ORDER_INNOCENT = 2;
const VOLATILE_INNOCENT = 5;

/** Fields of a mirror that were missing and extra, each counted once. */
export interface ComingAndGoing {
  readonly fields: number;
  /** Of them those that do so rarely, and may be met one way only. */
  readonly rare: number;
}

export function learnComingAndGoing(fields: readonly FieldEvidence[]): ComingAndGoing {
  const both = fields.filter(({ kind, tally, opposite }) => {
    return kind === 'missing' && tally.candidateOnly > 0 && (opposite?.candidateOnly ?? 0) > 0;
  });
  const rare = both.filter(({ tally, opposite }) => tally.candidateOnly + opposite!.candidateOnly <= RARE);
  return { fields: both.length, rare: rare.length };
}

export function expectedInnocentByLooks(field: FieldEvidence, comingAndGoing: ComingAndGoing): number {
  const { kind, pairs, tally, looks, opposite } = field;
  const { candidateOnly, candidateSpells } = tally;
  if (candidateOnly === 0) return Number.POSITIVE_INFINITY;
  const accident = 0.5 ** (candidateSpells - 1);
  if (opposite && opposite.candidateOnly > 0) {
    const { candidateOnly: controlOnly, candidateSpells: controlSpells } = opposite;
    const asControl = { candidateOnly, candidateSpells, controlOnly, controlSpells, both: 0 };
    return comingAndGoing.fields * excessOdds(asControl, pairs);
  }
  if (isStructural(kind)) return (STRUCTURAL_INNOCENT + comingAndGoing.rare) * accident;
  if (kind === 'order') return ORDER_INNOCENT;
  const rate = candidateOnly / pairs;
  if (looks && isVolatile(looks) && rate >= volatileRate(looks)) return VOLATILE_INNOCENT;
  if (looks && rate >= SYSTEMATIC.rate && looks.distinctShare <= SYSTEMATIC.distinctShare)
    return SYSTEMATIC.innocent * accident;
  const fewValues = looks?.format === 'boolean' || looks?.format === 'enum';
  return (fewValues ? FEW_VALUES_INNOCENT : OTHER_INNOCENT) + ACCIDENT_INNOCENT * accident;
}

/** Looks like a timestamp, an id or a counter: nearly each answer of the primary carries another value. */
function isVolatile({ format, distinctShare }: Looks): boolean {
  return format === 'time' ? distinctShare > VOLATILE_TIME_DISTINCT_SHARE : distinctShare >= VOLATILE_DISTINCT_SHARE;
}

function volatileRate({ format }: Looks): number {
  return format === 'decimal' ? VOLATILE_AMOUNT_RATE : VOLATILE_RATE;
}

/**
 * One field over all strata of its endpoint: nine differences, split over four segments, are too few in each and enough
 * together. Pairs in which only one of the two differs may be added up where rates may not: a stratum with much traffic
 * weighs no more on the candidate's side than on the control's.
 *
 * This is a second look at the same fields, so it has a smaller limit of its own (`DEFAULTS.overStrata`).
 */
import { expectedInnocent, learnNoise } from './against-control.ts';
import { DEFAULTS } from './defaults.ts';
import type { FieldEvidence } from './evidence.ts';
import { emptyTally, stretchOf } from './tally.ts';

export interface StratumPart {
  readonly evidence: FieldEvidence;
  /** Of the differences of this field. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** A field of an endpoint, with the strata in which it differed. */
export interface FieldOverStrata {
  readonly parts: readonly StratumPart[];
  /** Over which the endpoint's pairs were compared. */
  readonly spanMs: number;
  /** Of the endpoint, in all strata. */
  readonly pairs: number;
}

/**
 * For each field that all strata together show to be different: how many innocent ones are expected to look so. Undefined
 * for all others, and for those of one stratum, which have been judged by themselves.
 *
 * @param fields of pairs with a control, and all of the mirror: noise is learnt from them.
 */
export function judgeOverStrata(fields: readonly FieldOverStrata[]): Array<number | undefined> {
  const evidence = fields.map(combine);
  const noise = learnNoise(evidence);
  return fields.map(({ parts }, index) => {
    if (parts.length < 2) return undefined;
    const expected = expectedInnocent(evidence[index]!, noise);
    const isDifferent =
      expected <= DEFAULTS.overStrata && evidence[index]!.tally.candidateSpells >= DEFAULTS.leastSpells;
    return isDifferent ? expected : undefined;
  });
}

function combine(field: FieldOverStrata): FieldEvidence {
  const { parts, pairs } = field;
  const tally = emptyTally();
  for (const { evidence } of parts) {
    tally.candidateOnly += evidence.tally.candidateOnly;
    tally.controlOnly += evidence.tally.controlOnly;
    tally.both += evidence.tally.both;
    tally.controlSpells += evidence.tally.controlSpells;
  }
  const spells = parts.map(({ evidence }) => evidence.tally.candidateSpells);
  const apart = timesApart(field) - tally.controlOnly - tally.both;
  const sum = spells.reduce((total, count) => total + count, 0);
  tally.candidateSpells = Math.min(sum, Math.max(...spells, apart));
  return { kind: parts[0]!.evidence.kind, pairs, tally };
}

/**
 * A burst can strike all strata at once and is still one event, so their spells are not added up. Of each stratum the first
 * and the last difference are known: as many of these as lie a stretch apart are separate events. Each difference of the
 * control may be one of them.
 */
function timesApart({ parts, spanMs, pairs }: FieldOverStrata): number {
  const stretchMs = spanMs / Math.max(1, stretchOf(pairs));
  const times = parts.flatMap(({ firstAtMs, lastAtMs }) => [firstAtMs, lastAtMs]).sort((one, other) => one - other);
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time - last <= stretchMs) continue;
    count += 1;
    last = time;
  }
  return count;
}

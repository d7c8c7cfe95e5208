/** What each judge says of a corpus; all are given the same counts. */
import {
  benjaminiHochberg,
  countDifference,
  diffyFlags,
  emptyTally,
  type FieldEvidence,
  type FieldLevel,
  judgeFields,
  mcnemarExact,
} from '../../../compare/judge/index.ts';
import { seededRandom } from '../../support/index.ts';
import type { Corpus, Plan, Series } from './corpus.ts';
import { CANDIDATE, CONTROL } from './noise.ts';

export interface Scored {
  readonly defect: boolean;
  /** The candidate alone differed at least once: what no difference shows nobody can find. */
  readonly visible: boolean;
  readonly level: FieldLevel;
  /** Our measure: the smaller, the more certainly a defect. */
  readonly expectedInnocent: number;
  readonly diffy: boolean;
  /** McNemar's p-value after the correction of Benjamini and Hochberg. */
  readonly adjustedP: number;
}

export interface ScoredCorpus {
  readonly plan: Plan;
  readonly series: readonly Scored[];
  /** An innocent field is called `different` when some noise comes as missing fields, which the corpora know not. */
  readonly alarmWithMissing: boolean;
}

/** Share of the noisy fields whose noise is told as `missing` instead of `value`. */
export const MISSING_SHARE = 0.2;

export function score({ plan, series }: Corpus): ScoredCorpus {
  const evidence = series.map(evidenceOf);
  const verdicts = judgeFields(evidence, plan.control);
  const adjusted = benjaminiHochberg(evidence.map(({ tally }) => mcnemarExact(tally.candidateOnly, tally.controlOnly)));
  return {
    plan,
    series: series.map(({ defect }, index) => {
      const { tally, pairs } = evidence[index]!;
      return {
        defect: defect !== undefined,
        visible: tally.candidateOnly > 0,
        level: verdicts[index]!.level,
        expectedInnocent: verdicts[index]!.expectedInnocent,
        diffy: diffyFlags(tally, pairs),
        adjustedP: adjusted[index]!,
      };
    }),
    alarmWithMissing: alarmWithMissing(plan, series, evidence),
  };
}

function alarmWithMissing(plan: Plan, series: readonly Series[], evidence: readonly FieldEvidence[]): boolean {
  const random = seededRandom(plan.seed);
  const told = series.map(({ behaviour, defect }, index) => {
    const changed = random() < MISSING_SHARE && !defect && behaviour !== 'steady' && behaviour !== 'always';
    return changed ? { ...evidence[index]!, kind: 'missing' as const } : evidence[index]!;
  });
  return judgeFields(told, plan.control).some(({ level }, index) => level === 'different' && !series[index]!.defect);
}

function evidenceOf({ marks, kind, looks }: Series): FieldEvidence {
  const tally = emptyTally();
  for (let pair = 0; pair < marks.length; pair += 1) {
    const mark = marks[pair]!;
    if (mark !== 0) countDifference(tally, pair, (mark & CANDIDATE) !== 0, (mark & CONTROL) !== 0);
  }
  return { kind, pairs: marks.length, tally, looks };
}

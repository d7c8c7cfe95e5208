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
import { ARM, CANDIDATE, CONTROL, deviationOf } from './noise.ts';
import { isEverAlarmed } from './often.ts';

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
  /** Some noise comes as missing fields, which the corpora know not: as if the copies alone lacked them. */
  readonly missing: Retold;
  /** Some noise comes as fields that come and go in every answer: missing where the candidate lacks them, else extra. */
  readonly comingAndGoing: Retold;
  /** Of two copies of one build with a control: whether a field is `different` at any of many looks. */
  readonly isEverAlarmed?: boolean;
}

/** What our judge says of a corpus that is told in another way. */
export interface Retold {
  /** An innocent field is called `different`. */
  readonly alarm: boolean;
  /** Defects called `different`. */
  readonly found: number;
}

/** Share of the noisy fields whose noise is told as structure instead of `value`. */
export const STRUCTURE_SHARE = 0.2;

export function score(corpus: Corpus): ScoredCorpus {
  const { plan, series } = corpus;
  const evidence = series.map(evidenceOf);
  const verdicts = judgeFields(evidence, plan.control);
  const adjusted = benjaminiHochberg(evidence.map(({ tally }) => mcnemarExact(tally.candidateOnly, tally.controlOnly)));
  const isRetold = retoldSeries(plan, series);
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
    missing: retold(plan, series, (_, index) => [
      isRetold[index] ? { ...evidence[index]!, kind: 'missing' } : evidence[index]!,
    ]),
    comingAndGoing: retold(plan, series, (one, index) => (isRetold[index] ? comingAndGoing(one) : [evidence[index]!])),
    ...(plan.control && plan.defectRate === 0 && { isEverAlarmed: isEverAlarmed(corpus) }),
  };
}

function retoldSeries(plan: Plan, series: readonly Series[]): boolean[] {
  const random = seededRandom(plan.seed);
  return series.map(
    ({ behaviour, defect }) =>
      random() < STRUCTURE_SHARE && !defect && behaviour !== 'steady' && behaviour !== 'always',
  );
}

function retold(plan: Plan, series: readonly Series[], tell: (one: Series, index: number) => FieldEvidence[]): Retold {
  const told = series.flatMap((one, index) =>
    tell(one, index).map((evidence) => ({ evidence, isDefect: one.defect !== undefined })),
  );
  const verdicts = judgeFields(
    told.map(({ evidence }) => evidence),
    plan.control,
  );
  const different = told.filter((_, index) => verdicts[index]!.level === 'different');
  const found = different.filter(({ isDefect }) => isDefect).length;
  return { alarm: different.length > found, found };
}

/** The unusual form is to lack the field: who else has it, has it beyond or lacks it against the primary. */
function comingAndGoing({ marks }: Series): FieldEvidence[] {
  const missing = emptyTally();
  const extra = emptyTally();
  for (let pair = 0; pair < marks.length; pair += 1) {
    const lacking = deviationOf(marks[pair]!);
    const inPrimary = (lacking & ARM.primary) === 0;
    const differs = (arm: number) => ((lacking & arm) === 0) !== inPrimary;
    // Without a control, nothing of it is known.
    const control = (marks[pair]! & CONTROL) !== 0 && differs(ARM.control);
    if (lacking !== 0) countDifference(inPrimary ? missing : extra, pair, differs(ARM.candidate), control);
  }
  const pairs = marks.length;
  return [
    { kind: 'missing', pairs, tally: missing, opposite: extra },
    { kind: 'extra', pairs, tally: extra, opposite: missing },
  ];
}

function evidenceOf({ marks, kind, looks }: Series): FieldEvidence {
  const tally = emptyTally();
  for (let pair = 0; pair < marks.length; pair += 1) {
    const mark = marks[pair]!;
    if (mark !== 0) countDifference(tally, pair, (mark & CANDIDATE) !== 0, (mark & CONTROL) !== 0);
  }
  return { kind, pairs: marks.length, tally, looks };
}

/** What each judge says of a corpus of several strata. A field is called when it is called in any of them. */
import {
  benjaminiHochberg,
  countDifference,
  diffyFlags,
  emptyTally,
  mcnemarExact,
  type Tally,
} from '../../../compare/judge/index.ts';
import { IgnoredFields } from '../../../compare/report/ignored.ts';
import type { CellInput, EpochInput, FieldInput } from '../../../compare/report/index.ts';
import { judgeEpoch } from '../../../compare/report/judged.ts';
import type { Series } from './corpus.ts';
import { CANDIDATE, CONTROL } from './noise.ts';
import { STRATA } from './parameters.ts';
import type { Scored } from './score.ts';
import type { StrataCorpus, StrataPlan } from './strata-corpus.ts';

export interface ScoredStrata {
  readonly plan: StrataPlan;
  readonly series: readonly Scored[];
}

/** An hour of traffic; only its parts matter. */
const SPAN_MS = 3_600_000;
const NO_ERRORS = { clientErrors: 0, serverErrors: 0 };
const LEVELS = ['different', 'seen', 'noise', 'same'] as const;

export function scoreStrata({ plan, series, stratumOf }: StrataCorpus): ScoredStrata {
  const judged = judgeEpoch(epochOf(series, stratumOf), new IgnoredFields([], SPAN_MS));
  const verdicts = judged.flatMap(({ fields }) => fields);
  // They know no strata, and are given the sums of all.
  const sums = series.map(({ marks }) => tallyOf(marks));
  const adjusted = benjaminiHochberg(
    sums.map(({ candidateOnly, controlOnly }) => mcnemarExact(candidateOnly, controlOnly)),
  );
  return {
    plan,
    series: series.map((one, index) => {
      const own = verdicts.filter(({ field }) => field.path === pathOf(one) && field.kind === one.kind);
      return {
        defect: one.defect !== undefined,
        visible: sums[index]!.candidateOnly > 0,
        level: LEVELS.find((level) => own.some(({ verdict }) => verdict.level === level)) ?? 'same',
        expectedInnocent: Math.min(Number.POSITIVE_INFINITY, ...own.map(({ verdict }) => verdict.expectedInnocent)),
        diffy: diffyFlags(sums[index]!, plan.pairs),
        adjustedP: adjusted[index]!,
      };
    }),
  };
}

function pathOf({ field }: Series): string {
  return `/${field}`;
}

function tallyOf(marks: Uint8Array): Tally {
  const tally = emptyTally();
  marks.forEach((mark, pair) => {
    if (mark !== 0) countDifference(tally, pair, (mark & CANDIDATE) !== 0, (mark & CONTROL) !== 0);
  });
  return tally;
}

/** As the tally of a running comparison would have counted it. */
function epochOf(series: readonly Series[], stratumOf: Uint8Array): EpochInput {
  const cells = Array.from({ length: STRATA.count }, (_, stratum): CellInput => {
    const pairs = [...stratumOf.keys()].filter((pair) => stratumOf[pair] === stratum);
    return {
      endpoint: 'GET /',
      stratum: { reason: 'segment', segment: String(stratum) },
      controlled: true,
      pairs: pairs.length,
      candidateMismatched: 0,
      controlMismatched: 0,
      bothMismatched: 0,
      beyondFields: 0,
      errors: { primary: NO_ERRORS, candidate: NO_ERRORS, control: NO_ERRORS },
      firstAtMs: 0,
      lastAtMs: SPAN_MS,
      fields: series.flatMap((one) => fieldOf(one, pairs) ?? []),
    };
  });
  return {
    number: 1,
    version: undefined,
    begunBy: 'first',
    startedAtMs: 0,
    lastAtMs: SPAN_MS,
    cells: cells.filter(({ pairs }) => pairs > 0),
    losses: [],
    localReplies: [],
    hidden: {},
  };
}

function fieldOf(series: Series, pairs: readonly number[]): FieldInput | undefined {
  const marks = Uint8Array.from(pairs, (pair) => series.marks[pair]!);
  const first = marks.findIndex((mark) => mark !== 0);
  if (first < 0) return undefined;
  const atMs = (index: number) => (SPAN_MS * pairs[index]!) / series.marks.length;
  const last = marks.findLastIndex((mark) => mark !== 0);
  return {
    kind: series.kind,
    path: pathOf(series),
    counts: tallyOf(marks),
    firstAtMs: atMs(first),
    lastAtMs: atMs(last),
  };
}

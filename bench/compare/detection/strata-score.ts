/** What each judge says of a corpus of several strata. A field is called when it is called in any of them. */
import {
  benjaminiHochberg,
  countDifference,
  diffyFlags,
  emptyTally,
  mcnemarExact,
  type Tally,
} from '../../../compare/judge/index.ts';
import { groupBy } from '../../../compare/report/group-by.ts';
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
  const counted = series.map(counting(stratumOf));
  const judged = judgeEpoch(epochOf(counted, stratumOf), new IgnoredFields([], SPAN_MS));
  const verdicts = groupBy(
    judged.flatMap(({ fields }) => fields),
    ({ field }) => `${field.kind} ${field.path}`,
  );
  // They know no strata, and are given the sums of all.
  const sums = counted.map(({ sum }) => sum);
  const adjusted = benjaminiHochberg(
    sums.map(({ candidateOnly, controlOnly }) => mcnemarExact(candidateOnly, controlOnly)),
  );
  return {
    plan,
    series: series.map((one, index) => {
      const own = verdicts.get(`${one.kind} ${pathOf(one)}`) ?? [];
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

interface Counted {
  /** Over all strata. */
  readonly sum: Tally;
  /** Of the strata in which it differed. */
  readonly parts: ReadonlyMap<number, FieldInput>;
}

/** Counts each series in one go, as the tally of a running comparison would have. */
function counting(stratumOf: Uint8Array): (series: Series) => Counted {
  const pairsBefore = new Int32Array(stratumOf.length);
  const pairs = new Int32Array(STRATA.count);
  for (let pair = 0; pair < stratumOf.length; pair += 1) pairsBefore[pair] = pairs[stratumOf[pair]!]!++;
  const atMs = (pair: number) => (SPAN_MS * pair) / stratumOf.length;
  return (series) => {
    const sum = emptyTally();
    const parts = new Map<number, { -readonly [name in keyof FieldInput]: FieldInput[name] } & { counts: Tally }>();
    for (let pair = 0; pair < stratumOf.length; pair += 1) {
      const mark = series.marks[pair]!;
      if (mark === 0) continue;
      const stratum = stratumOf[pair]!;
      let part = parts.get(stratum);
      if (!part) {
        part = {
          kind: series.kind,
          path: pathOf(series),
          counts: emptyTally(),
          firstAtMs: atMs(pair),
          lastAtMs: atMs(pair),
        };
        parts.set(stratum, part);
      }
      part.lastAtMs = atMs(pair);
      const [candidate, control] = [(mark & CANDIDATE) !== 0, (mark & CONTROL) !== 0];
      countDifference(sum, pair, candidate, control);
      countDifference(part.counts, pairsBefore[pair]!, candidate, control);
    }
    return { sum, parts };
  };
}

function epochOf(counted: readonly Counted[], stratumOf: Uint8Array): EpochInput {
  const pairs = new Int32Array(STRATA.count);
  for (const stratum of stratumOf) pairs[stratum]! += 1;
  const cells = Array.from(
    pairs,
    (count, stratum): CellInput => ({
      endpoint: 'GET /',
      stratum: { reason: 'segment', segment: String(stratum) },
      controlled: true,
      pairs: count,
      candidateMismatched: 0,
      controlMismatched: 0,
      bothMismatched: 0,
      beyondFields: 0,
      errors: { primary: NO_ERRORS, candidate: NO_ERRORS, control: NO_ERRORS },
      firstAtMs: 0,
      lastAtMs: SPAN_MS,
      fields: counted.flatMap(({ parts }) => parts.get(stratum) ?? []),
    }),
  );
  return {
    number: 1,
    version: undefined,
    begunBy: 'first',
    startedAtMs: 0,
    lastAtMs: SPAN_MS,
    cells: cells.filter((cell) => cell.pairs > 0),
    losses: [],
    localReplies: [],
    hidden: {},
  };
}

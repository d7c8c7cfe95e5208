/** Endpoints with their verdicts and coverage, as `GET /mirrors/{name}/endpoints` gives them. */
import { type Interval, judgeStratum, type Outcome, summarise } from '../judge/index.ts';
import { IgnoredFields } from './ignored.ts';
import type { EpochInput } from './inputs.ts';
import { type JudgedCell, judgeEpoch } from './judged.ts';
import { evidenceOf, mismatchedIn } from './mismatch.ts';
import { severityOf } from './severity.ts';
import { byStratum, type ReportOptions, reportStratum, type StratumReport, sumOf, sumOfMissing } from './verdict.ts';

export interface EndpointItem {
  readonly rank: number;
  readonly endpoint: string;
  readonly verdict: Outcome;
  readonly compared: number;
  /** Pairs that differ in anything that is not known to be noise. */
  readonly differing: number;
  readonly mismatch: Interval;
  /** Fields by level. */
  readonly fields: { readonly different: number; readonly seen: number; readonly noise: number };
  readonly coverage: {
    /** Further pairs until it can be `same`; null when the rate so far rules that out. */
    readonly missing: number | null;
    readonly pairsPerHour: number;
    /** Until those pairs are there, at the rate so far; null when that cannot be said. */
    readonly expectedInMs: number | null;
  };
  readonly lastComparedAt: string;
  readonly strata: ReadonlyArray<Omit<StratumReport, 'lost'>>;
}

const HOUR_MS = 3_600_000;
/** Shorter says nothing of a rate. */
const LEAST_SPAN_MS = 10_000;

/** By impact: different first, and among those the one with the most and the worst differences. */
export function reportEndpoints(epoch: EpochInput, options: ReportOptions): EndpointItem[] {
  const byEndpoint = new Map<string, JudgedCell[]>();
  for (const judged of judgeEpoch(epoch, new IgnoredFields(options.rules, options.nowMs))) {
    const { endpoint } = judged.cell;
    byEndpoint.set(endpoint, [...(byEndpoint.get(endpoint) ?? []), judged]);
  }
  return [...byEndpoint]
    .map(([endpoint, cells]) => ({ item: reportEndpoint(endpoint, cells, options), impact: sumOf(cells, impactOf) }))
    .sort(
      (one, other) =>
        OUTCOMES.indexOf(one.item.verdict) - OUTCOMES.indexOf(other.item.verdict) ||
        other.impact - one.impact ||
        other.item.compared - one.item.compared ||
        (one.item.endpoint < other.item.endpoint ? -1 : 1),
    )
    .map(({ item }, index) => ({ ...item, rank: index + 1 }));
}

const OUTCOMES: readonly Outcome[] = ['different', 'not-enough-data', 'same'];

function impactOf({ fields }: JudgedCell): number {
  const counting = fields.filter(
    ({ verdict, ignoredBy }) => !ignoredBy && ['different', 'seen'].includes(verdict.level),
  );
  return sumOf(counting, ({ field: { kind, path, counts } }) => counts.candidateOnly * severityOf(kind, path));
}

function reportEndpoint(
  endpoint: string,
  cells: readonly JudgedCell[],
  { nowMs, marginRate }: ReportOptions,
): EndpointItem {
  const strata = byStratum(cells).map(([stratum, parts]) => reportStratum(stratum, parts, marginRate));
  const missing = sumOfMissing(strata.map((stratum) => stratum.missing));
  const compared = sumOf(cells, ({ cell }) => cell.pairs);
  const pairsPerHour = rateOf(cells, compared, nowMs);
  const { rate, low, high } = judgeStratum(evidenceOf(cells), marginRate).mismatch;
  const levels = cells.flatMap(({ fields }) => fields.filter(({ ignoredBy }) => !ignoredBy));
  const count = (level: string) =>
    new Set(levels.filter(({ verdict }) => verdict.level === level).map(({ field }) => `${field.kind} ${field.path}`))
      .size;
  return {
    rank: 0,
    endpoint,
    verdict: summarise(strata.map(({ verdict }) => verdict)),
    compared,
    differing: sumOf(cells, (cell) => mismatchedIn(cell).candidate),
    mismatch: { rate: Math.max(0, rate), low: Math.max(0, low), high },
    fields: { different: count('different'), seen: count('seen'), noise: count('noise') },
    coverage: {
      missing,
      pairsPerHour,
      expectedInMs:
        missing === 0 ? 0 : missing === null || pairsPerHour === 0 ? null : (missing / pairsPerHour) * HOUR_MS,
    },
    lastComparedAt: new Date(Math.max(...cells.map(({ cell }) => cell.lastAtMs))).toISOString(),
    strata,
  };
}

/** Since the first pair, so that an endpoint nobody calls any more grows slower. */
function rateOf(cells: readonly JudgedCell[], compared: number, nowMs: number): number {
  const spanMs = nowMs - Math.min(...cells.map(({ cell }) => cell.firstAtMs));
  return spanMs < LEAST_SPAN_MS ? 0 : (compared / spanMs) * HOUR_MS;
}

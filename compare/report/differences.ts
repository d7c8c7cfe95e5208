/** What differs, ranked by impact, as `GET /mirrors/{name}/differences` gives it. */
import { type FieldLevel, type FieldVerdict, mcnemarExact } from '../judge/index.ts';
import { pairsOf } from './drift-in.ts';
import { IgnoredFields } from './ignored.ts';
import type { EpochInput, Stratum } from './inputs.ts';
import { type JudgedCell, type JudgedField, judgeEpoch } from './judged.ts';
import { severityOf } from './severity.ts';
import { type ReportOptions, sumOf } from './verdict.ts';

/** `ignored`: a rule says that it does not count. */
export type DifferenceVerdict = Exclude<FieldLevel, 'same'> | 'ignored';

export interface DifferenceStratum {
  readonly reason: Stratum['reason'];
  readonly segment?: string;
  readonly verdict: DifferenceVerdict;
  readonly compared: number;
  readonly differing: number;
  readonly noise: number | null;
}

export interface DifferenceItem {
  /** 1 has the largest impact. */
  readonly rank: number;
  readonly endpoint: string;
  readonly path: string;
  readonly kind: string;
  readonly verdict: DifferenceVerdict;
  /** `state`: the candidate lacks what was made during mirroring. It decides nothing; docs/comparison.md says what to do. */
  readonly class: 'defect' | 'state';
  /** Pairs of this endpoint, in all strata. */
  readonly compared: number;
  /** Pairs in which the candidate differs here. */
  readonly differing: number;
  /** Pairs in which the control does; null without one. */
  readonly noise: number | null;
  /** Exact McNemar test of the counts of all strata that have a control; 1 without one. */
  readonly pValue: number;
  /** Expected number of innocent fields that look as different: what the verdict goes by. */
  readonly expectedInnocent: number | null;
  /** Not there in the epoch before, which had compared this endpoint. */
  readonly isNew: boolean;
  readonly sampleId: string | null;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  /** Of a difference that is `ignored`. */
  readonly ruleId?: string;
  readonly strata: readonly DifferenceStratum[];
}

export interface DifferencesOptions extends ReportOptions {
  /** Noise and what rules ignore, too. */
  readonly includeNoise?: boolean;
  /** The epoch before, to tell what is new. */
  readonly before?: EpochInput | undefined;
  /** What a field means to the business; 1 where nothing is said. */
  readonly weightOf?: (endpoint: string, path: string) => number;
}

export function reportDifferences(epoch: EpochInput, options: DifferencesOptions): DifferenceItem[] {
  const { rules, nowMs, before, includeNoise = false, weightOf = () => 1 } = options;
  const ignored = new IgnoredFields(rules, nowMs);
  const known = before && knownIn(before, ignored);
  const judged = judgeEpoch(epoch, ignored);
  const pairs = pairsByEndpoint(judged);
  return groupFields(judged, ignored)
    .map((group) => toItem(group, pairs, known))
    .filter(({ verdict }) => includeNoise || verdict === 'different' || verdict === 'seen')
    .map((item) => ({ item, impact: impactOf(item) * weightOf(item.endpoint, item.path) }))
    .sort(
      (one, other) =>
        LEVELS.indexOf(one.item.verdict) - LEVELS.indexOf(other.item.verdict) ||
        Number(other.item.isNew) - Number(one.item.isNew) ||
        other.impact - one.impact ||
        (keyOf(one.item) < keyOf(other.item) ? -1 : 1),
    )
    .map(({ item }, index) => ({ ...item, rank: index + 1 }));
}

const LEVELS: readonly DifferenceVerdict[] = ['different', 'seen', 'noise', 'ignored'];

/** How many requests, how certain, how severe. */
function impactOf({ kind, path, differing, noise, expectedInnocent }: DifferenceItem): number {
  const requests = Math.max(differing - (noise ?? 0), 1);
  const certainty = 1 / (1 + (expectedInnocent ?? Number.POSITIVE_INFINITY));
  return requests * certainty * severityOf(kind, path);
}

export function keyOf({ endpoint, kind, path }: { endpoint: string; kind: string; path: string }): string {
  return JSON.stringify([endpoint, path, kind]);
}

/** The same difference in several strata is one thing to look at. */
type Group = ReadonlyArray<{ readonly judged: JudgedCell; readonly field: JudgedField }>;

function groupFields(cells: readonly JudgedCell[], ignored: IgnoredFields): Group[] {
  const groups = new Map<string, Array<Group[number]>>();
  for (const judged of cells) {
    for (const field of [...judged.fields, ...driftIn(judged, ignored)]) {
      if (field.verdict.level === 'same') continue;
      const key = keyOf({ endpoint: judged.cell.endpoint, ...field.field });
      groups.set(key, [...(groups.get(key) ?? []), { judged, field }]);
    }
  }
  return [...groups.values()];
}

/** Shown, and no more than that. */
const SHOWN: FieldVerdict = {
  level: 'seen',
  expectedInnocent: Number.POSITIVE_INFINITY,
  falseDiscoveryRate: 1,
  pValue: 1,
  differing: { rate: 0, low: 0, high: 1 },
};

function driftIn({ cell: { endpoint, drift } }: JudgedCell, ignored: IgnoredFields): JudgedField[] {
  return drift.map((field) => {
    const rule = ignored.ruleFor(endpoint, field.path);
    return { field, verdict: SHOWN, ...(rule && { ignoredBy: rule.id }) };
  });
}

function isDrift({ judged, field }: Group[number]): boolean {
  return judged.cell.drift.includes(field.field);
}

/** Of all strata: one in which a field never differed has no count of it, but says as much of how often it differs. */
function pairsByEndpoint(cells: readonly JudgedCell[]): Map<string, number> {
  const pairs = new Map<string, number>();
  for (const { cell } of cells) {
    pairs.set(cell.endpoint, (pairs.get(cell.endpoint) ?? 0) + cell.pairs + pairsOf(cell.drift));
  }
  return pairs;
}

function toItem(group: Group, pairs: ReadonlyMap<string, number>, known: KnownBefore | undefined): DifferenceItem {
  const strata = group.map(toStratum);
  const strongest = group.reduce((best, part) =>
    part.field.verdict.expectedInnocent < best.field.verdict.expectedInnocent ? part : best,
  );
  const { endpoint } = strongest.judged.cell;
  const { kind, path } = strongest.field.field;
  const { expectedInnocent } = strongest.field.verdict;
  const verdict = LEVELS.find((level) => strata.some((stratum) => stratum.verdict === level))!;
  const controlled = strata.filter(({ noise }) => noise !== null);
  const rule = group.find(({ field }) => field.ignoredBy)?.field.ignoredBy;
  return {
    rank: 0,
    endpoint,
    path,
    kind,
    verdict,
    class: group.every(isDrift) ? 'state' : 'defect',
    compared: pairs.get(endpoint) ?? 0,
    differing: sumOf(strata, ({ differing }) => differing),
    noise: controlled.length > 0 ? sumOf(controlled, ({ noise }) => noise ?? 0) : null,
    pValue: pValueOf(group),
    expectedInnocent: Number.isFinite(expectedInnocent) ? expectedInnocent : null,
    isNew: known?.isNew(endpoint, keyOf({ endpoint, kind, path })) ?? false,
    sampleId: group.map(({ field }) => field.field.sampleId).find((id) => id !== undefined) ?? null,
    firstSeenAt: isoTime(Math.min(...group.map(({ field }) => field.field.firstAtMs))),
    lastSeenAt: isoTime(Math.max(...group.map(({ field }) => field.field.lastAtMs))),
    ...(verdict === 'ignored' && rule !== undefined && { ruleId: rule }),
    strata,
  };
}

/** As `differing` and `noise`, it is of all strata: differences of pairs may be added up, rates may not. */
function pValueOf(group: Group): number {
  const counts = group
    .filter((part) => part.judged.cell.controlled && !isDrift(part))
    .map(({ field }) => field.field.counts);
  return mcnemarExact(
    sumOf(counts, ({ candidateOnly }) => candidateOnly),
    sumOf(counts, ({ controlOnly }) => controlOnly),
  );
}

function toStratum({ judged: { cell }, field: { field, verdict, ignoredBy } }: Group[number]): DifferenceStratum {
  const { candidateOnly, controlOnly, both } = field.counts;
  return {
    reason: cell.stratum.reason,
    ...(cell.stratum.reason === 'segment' && { segment: cell.stratum.segment }),
    // A level of `same` has no differences and is left out before.
    verdict: ignoredBy ? 'ignored' : (verdict.level as DifferenceVerdict),
    compared: cell.pairs + pairsOf(cell.drift),
    differing: candidateOnly + both,
    noise: cell.controlled ? controlOnly + both : null,
  };
}

interface KnownBefore {
  isNew(endpoint: string, key: string): boolean;
}

function knownIn(before: EpochInput, ignored: IgnoredFields): KnownBefore {
  const cells = judgeEpoch(before, ignored);
  const endpoints = new Set(cells.map(({ cell }) => cell.endpoint));
  const keys = new Set(
    groupFields(cells, ignored)
      .filter((group) => group.some(({ field }) => ['different', 'seen'].includes(field.verdict.level)))
      .map(([first]) => keyOf({ endpoint: first!.judged.cell.endpoint, ...first!.field.field })),
  );
  return { isNew: (endpoint, key) => endpoints.has(endpoint) && !keys.has(key) };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The verdict on a mirror, as `GET /mirrors/{name}/verdict` gives it. */

import type { Rule } from '../diff/index.ts';
import {
  DEFAULTS,
  type Interval,
  judgeStratum,
  type Outcome,
  type StratumVerdict,
  summarise,
  wilsonInterval,
} from '../judge/index.ts';
import { pairsOf } from './drift-in.ts';
import { type HiddenReport, hiddenIn } from './hidden.ts';
import { IgnoredFields } from './ignored.ts';
import type { EpochInput, MirrorInput, Stratum } from './inputs.ts';
import { type JudgedCell, judgeEpoch } from './judged.ts';
import { evidenceOf, mismatchedIn } from './mismatch.ts';

export interface StratumReport {
  readonly reason: 'segment' | 'sample';
  /** Only with reason `segment`. */
  readonly segment?: string;
  readonly verdict: Outcome;
  readonly compared: number;
  /** Pairs in which the candidate differs and the control does not, at any one field; raw, so some of it may be noise. */
  readonly differing: number;
  /** The other way round: what differs by itself, between two instances of the primary. Null without a control. */
  readonly noise: number | null;
  /** What is left of `differing` beyond `noise`, and no less than the strongest field says (docs/statistics.md). */
  readonly mismatch: Interval;
  /** Copies that were not compared, by cause, as far as their stratum is known. */
  readonly lost: Readonly<Record<string, number>>;
  /** Further pairs until it can be `same`; 0 when it is decided, null when the rate so far rules `same` out. */
  readonly missing: number | null;
}

export interface VerdictReport {
  readonly mirror: string;
  readonly verdict: Outcome;
  /** Null while no Envoy can be asked. */
  readonly mirrored: number | null;
  /** In this epoch, which is what the verdict is about. */
  readonly compared: number;
  /** In all epochs, as `mirrored` and `lost` are. */
  readonly comparedInAll: number;
  readonly lost: Readonly<Record<string, number>>;
  /** Compared without the control's answer although the mirror has a control, by cause, in all epochs. */
  readonly controlLost: Readonly<Record<string, number>>;
  /**
   * Of the pairs that were compared. Requests of segments and of the sample are not equally likely among them, so it is no
   * rate of all traffic; each of `strata` is one of its part.
   */
  readonly mismatch: Interval;
  /** As in `strata`, added up. */
  readonly differing: number;
  readonly noise: number | null;
  /** With all of the interval at most this, it is `same`. */
  readonly marginRate: number;
  readonly epoch: number;
  readonly version: string | null;
  readonly epochStartedAt: string;
  readonly missing: number | null;
  /** Whether noise was told by control copies: of all pairs, of some, or of none, which is weaker. */
  readonly control: 'all' | 'some' | 'none';
  /** Pairs in which the candidate lacked what was made during mirroring (`class: "state"`); they decide nothing. */
  readonly drifted: number;
  /** What rules hide, which this verdict therefore does not count. */
  readonly hidden: HiddenReport;
  /** What a reader must know, in words. */
  readonly notes: readonly string[];
  readonly strata: readonly StratumReport[];
}

export interface ReportOptions {
  readonly rules: readonly Rule[];
  readonly nowMs: number;
  /** Share of pairs that may differ beyond noise, with all of its interval, and still be `same`. Default 0.5%. */
  readonly marginRate?: number;
}

export function reportVerdict(mirror: MirrorInput, epoch: EpochInput, options: ReportOptions): VerdictReport {
  const judged = judgeEpoch(epoch, new IgnoredFields(options.rules, options.nowMs));
  const strata = strataOf(epoch, judged).map(([stratum, cells]) => {
    const lost = lostIn(epoch, stratum);
    return { ...reportStratum(stratum, cells, options.marginRate, lost.no_answer), lost };
  });
  const compared = sumOf(epoch.cells, ({ pairs }) => pairs);
  const control = controlOf(epoch, compared);
  const drifted = sumOf(judged, ({ cell: { drift } }) => pairsOf(drift));
  const hidden = hiddenIn(epoch, judged);
  const unlisted = sumOf(epoch.cells, ({ beyondFields }) => beyondFields);
  return {
    mirror: mirror.mirror,
    verdict: summarise(strata.map(({ verdict }) => verdict)),
    mirrored: mirror.mirrored ?? null,
    compared,
    comparedInAll: mirror.compared,
    lost: { ...mirror.lost },
    controlLost: { ...mirror.controlLost },
    mismatch: overall(judged, strata),
    differing: sumOf(strata, ({ differing }) => differing),
    noise: strata.every(({ noise }) => noise === null) ? null : sumOf(strata, ({ noise }) => noise ?? 0),
    marginRate: options.marginRate ?? DEFAULTS.marginRate,
    epoch: epoch.number,
    version: epoch.version ?? null,
    epochStartedAt: new Date(epoch.startedAtMs).toISOString(),
    missing: sumOfMissing(strata.map(({ missing }) => missing)),
    control,
    drifted,
    hidden,
    notes: [
      ...notesOn(mirror, control),
      ...notesOnUnanswered(sumOf(strata, ({ lost }) => lost.no_answer ?? 0)),
      ...notesOnUncounted(drifted, hidden, mirror.lost),
      ...notesOnUnlisted(unlisted),
    ],
    strata,
  };
}

/** Of a mirror of which nothing has been compared yet. */
export function emptyVerdict(mirror: MirrorInput, nowMs: number, marginRate?: number): VerdictReport {
  const epoch = {
    number: 0,
    version: undefined,
    begunBy: 'first',
    startedAtMs: nowMs,
    lastAtMs: nowMs,
    cells: [],
    losses: [],
    localReplies: [],
    hidden: {},
  } as const;
  return reportVerdict(mirror, epoch, { rules: [], nowMs, ...(marginRate !== undefined && { marginRate }) });
}

/** Of these no copy was sent, or the user had no answer of a service either: there was nothing to compare. */
const NOTHING_TO_COMPARE: readonly string[] = ['not_sent', 'not_comparable'];

/** Also those of which answers were lost and none compared: nothing is known of them, and others do not speak for them. */
function strataOf({ losses }: EpochInput, judged: readonly JudgedCell[]): Array<[Stratum, JudgedCell[]]> {
  const known = byStratum(judged);
  const names = new Set(known.map(([stratum]) => keyOf(stratum)));
  const unknown = new Map<string, [Stratum, JudgedCell[]]>();
  for (const { stratum, cause, count } of losses) {
    const name = keyOf(stratum);
    if (count > 0 && !names.has(name) && !NOTHING_TO_COMPARE.includes(cause)) unknown.set(name, [stratum, []]);
  }
  return [...known, ...unknown.values()].sort(([one], [other]) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

function lostIn({ losses }: EpochInput, stratum: Stratum): Record<string, number> {
  const alike = losses.filter((loss) => sameStratum(loss.stratum, stratum));
  return Object.fromEntries(alike.map(({ cause, count }) => [cause, count]));
}

function sameStratum(one: Stratum, other: Stratum): boolean {
  return one.reason === 'segment'
    ? other.reason === 'segment' && one.segment === other.segment
    : other.reason === 'sample';
}

export function reportStratum(
  stratum: Stratum,
  cells: readonly JudgedCell[],
  marginRate?: number,
  unanswered = 0,
): Omit<StratumReport, 'lost'> {
  const evidence = { ...evidenceOf(cells), unanswered };
  const { outcome, mismatch, missingPairs } = judgeStratum(evidence, marginRate);
  return {
    reason: stratum.reason,
    ...(stratum.reason === 'segment' && { segment: stratum.segment }),
    verdict: outcome,
    compared: evidence.pairs,
    differing: evidence.candidateMismatched,
    noise: cells.some(({ cell }) => cell.controlled) ? (evidence.controlMismatched ?? 0) : null,
    mismatch: shareOnly(mismatch),
    missing: finiteOrNull(missingPairs),
  };
}

/** Segments by name, the sample last. */
export function byStratum(cells: readonly JudgedCell[]): Array<[Stratum, JudgedCell[]]> {
  const groups = new Map<string, [Stratum, JudgedCell[]]>();
  for (const judged of cells) {
    const { stratum } = judged.cell;
    const key = keyOf(stratum);
    const group = groups.get(key) ?? [stratum, []];
    group[1].push(judged);
    groups.set(key, group);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
}

/** In the order of reports: segments by name, the sample last. */
function keyOf(stratum: Stratum): string {
  return stratum.reason === 'segment' ? `0${stratum.segment}` : '1';
}

function overall(judged: readonly JudgedCell[], strata: readonly StratumReport[]): Interval {
  if (strata.length === 1) return strata[0]!.mismatch;
  const evidence = evidenceOf(judged);
  if (judged.every(({ cell }) => !cell.controlled)) {
    return wilsonInterval(
      sumOf(judged, (cell) => mismatchedIn(cell).candidate),
      evidence.pairs,
      CONFIDENCE,
    );
  }
  return shareOnly(judgeStratum(evidence).mismatch);
}

const CONFIDENCE = 0.95;

/** With a control it is a difference of shares; below zero the control differs more often, which is no mismatch. */
function shareOnly({ rate, low, high }: StratumVerdict['mismatch']): Interval {
  return { rate: Math.max(0, rate), low: Math.max(0, low), high: Math.max(0, high) };
}

function controlOf({ cells }: EpochInput, compared: number): VerdictReport['control'] {
  const controlled = sumOf(cells, ({ controlled, pairs }) => (controlled ? pairs : 0));
  if (controlled === 0) return 'none';
  return controlled === compared ? 'all' : 'some';
}

function notesOn({ hasControl, mirrored }: MirrorInput, control: VerdictReport['control']): string[] {
  const notes: string[] = [];
  if (!hasControl) {
    notes.push(
      'There is no control copy, so noise is guessed from how values look: this verdict is weaker. A second instance of the primary as "control" makes it stronger.',
    );
  } else if (control === 'none') {
    notes.push('The control has not answered yet, so noise is guessed from how values look: this verdict is weaker.');
  }
  if (mirrored === undefined) notes.push('No Envoy can be asked how many copies it sent.');
  return notes;
}

function notesOnUnanswered(unanswered: number): string[] {
  if (unanswered === 0) return [];
  const copies = unanswered === 1 ? '1 copy' : `${unanswered.toLocaleString('en-US')} copies`;
  return [
    `The candidate left ${copies} without an answer (reset, timeout, or Envoy answered instead). Nobody knows what it would have said, so they count against "same".`,
  ];
}

function notesOnUncounted(drifted: number, hidden: HiddenReport, lost: MirrorInput['lost']): string[] {
  const notes: string[] = [];
  if (hidden.differences > 0) {
    const rules = hidden.rules === 1 ? '1 rule hides' : `${hidden.rules} rules hide`;
    notes.push(`${rules} ${counted(hidden.differences, 'difference')}, which this verdict does not count.`);
  }
  if (drifted > 0) {
    notes.push(
      `In ${counted(drifted, 'pair')} the candidate lacked, or was in conflict over, what was made during mirroring, or the primary what users of the candidate made. That is state, no defect, and decides nothing.`,
    );
  }
  const { truncated = 0 } = lost;
  if (truncated > 0) {
    notes.push(
      `${counted(truncated, 'pair')} could not be compared whole: a body is longer than capture.maxBodyBytes.`,
    );
  }
  return notes;
}

/** Who reads the list must know that it is not all. */
function notesOnUnlisted(unlisted: number): string[] {
  if (unlisted === 0) return [];
  return [
    `${counted(unlisted, 'difference')} at fields beyond those that are kept (500 of an endpoint and segment) count in their pairs, but stand in no list.`,
  ];
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}

export function sumOfMissing(parts: ReadonlyArray<number | null>): number | null {
  return parts.includes(null) ? null : sumOf(parts, (part) => part ?? 0);
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function sumOf<T>(items: readonly T[], pick: (item: T) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}

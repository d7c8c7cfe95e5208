/** Figures over many scored corpora. */
import { type Interval, normalQuantile } from '../../../compare/judge/index.ts';
import type { Scored } from './score.ts';

/** A corpus of whatever sort, after the judges. */
export interface Judged {
  readonly series: readonly Scored[];
}

/** A way to call a field different. */
export interface Method {
  readonly name: string;
  readonly flags: (field: Scored) => boolean;
}

/** At most this share of what is called a finding may be chance. */
const MCNEMAR_RATE = 0.05;

export const DIFFERENT: Method = { name: 'different', flags: ({ level }) => level === 'different' };
export const SEEN: Method = { name: 'seen', flags: ({ level }) => level === 'different' || level === 'seen' };
export const DIFFY: Method = { name: 'Diffy', flags: ({ diffy }) => diffy };
export const MCNEMAR: Method = { name: 'McNemar + BH', flags: ({ adjustedP }) => adjustedP <= MCNEMAR_RATE };
export const METHODS: readonly Method[] = [DIFFERENT, SEEN, DIFFY, MCNEMAR];

export interface Count {
  readonly hits: number;
  readonly of: number;
}

export function share({ hits, of }: Count): number {
  return of === 0 ? Number.NaN : hits / of;
}

/** Planted defects that are found. */
export function recall(corpora: readonly Judged[], flags: (field: Scored) => boolean): Count {
  const defects = corpora.flatMap(({ series }) => series.filter(({ defect }) => defect));
  return { hits: defects.filter(flags).length, of: defects.length };
}

/** Of one corpus: our finds of its planted defects less theirs. */
export interface Lead {
  readonly more: number;
  readonly of: number;
}

export function leads(
  corpora: readonly Judged[],
  ours: (field: Scored) => boolean,
  theirs: (field: Scored) => boolean,
): Lead[] {
  return corpora.map((corpus) => {
    const found = recall([corpus], ours);
    return { more: found.hits - recall([corpus], theirs).hits, of: found.of };
  });
}

/**
 * By which share of all defects we find more, with its 95% interval: that of Agresti and Min (2005) for pairs, with whole
 * corpora instead of single pairs, because the defects of one corpus are not independent. The thresholds are taken as given.
 */
export function leadInterval(byCorpus: readonly Lead[]): Interval {
  const more = byCorpus.reduce((sum, one) => sum + one.more, 0);
  const of = byCorpus.reduce((sum, one) => sum + one.of, 0);
  const rate = more / Math.max(1, of);
  const squares = byCorpus.reduce((sum, one) => sum + (one.more - rate * one.of) ** 2, 0);
  // Half a defect for each of the four ways in which two judges may find one.
  const middle = more / (of + 2);
  const half = (normalQuantile(0.975) * Math.sqrt(squares + 1)) / (of + 2);
  return { rate, low: Math.max(-1, middle - half), high: Math.min(1, middle + half) };
}

/** Findings that are planted defects. */
export function precision(corpora: readonly Judged[], flags: (field: Scored) => boolean): Count {
  const findings = corpora.flatMap(({ series }) => series.filter(flags));
  return { hits: findings.filter(({ defect }) => defect).length, of: findings.length };
}

/** Corpora in which an innocent field is called a finding. */
export function falseAlarms(corpora: readonly Judged[], flags: (field: Scored) => boolean): Count {
  const alarmed = corpora.filter(({ series }) => series.some((field) => !field.defect && flags(field)));
  return { hits: alarmed.length, of: corpora.length };
}

/**
 * Our own rule at another threshold: the most fields that can be called without a false alarm in more than `alarms` of
 * the corpora.
 */
export function atAlarms(corpora: readonly Judged[], alarms: number): (field: Scored) => boolean {
  return below(corpora, alarms, ({ expectedInnocent }) => expectedInnocent);
}

export function mcnemarAtAlarms(corpora: readonly Judged[], alarms: number): (field: Scored) => boolean {
  return below(corpora, alarms, ({ adjustedP }) => adjustedP);
}

function below(corpora: readonly Judged[], alarms: number, measure: (field: Scored) => number) {
  const firstAlarms = corpora
    .map(({ series }) =>
      series.reduce(
        (least, field) => (field.defect ? least : Math.min(least, measure(field))),
        Number.POSITIVE_INFINITY,
      ),
    )
    .sort((a, b) => (a === b ? 0 : a - b));
  const limit = firstAlarms[alarms] ?? Number.POSITIVE_INFINITY;
  return (field: Scored) => measure(field) < limit;
}

export interface Point {
  readonly falseAlarms: number;
  readonly recall: number;
}

/** Recall among `defective` at each rate of false alarms among `all` that a threshold can reach. */
export function curve(
  all: readonly Judged[],
  defective: readonly Judged[],
  at: (corpora: readonly Judged[], alarms: number) => (field: Scored) => boolean,
  upTo: number,
): Point[] {
  const points: Point[] = [];
  const steps = 40;
  for (let step = 0; step <= steps; step += 1) {
    const alarms = Math.floor((upTo * step * all.length) / steps);
    points.push({ falseAlarms: alarms / all.length, recall: share(recall(defective, at(all, alarms))) });
  }
  return points;
}

/** Figures over many scored corpora. */
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

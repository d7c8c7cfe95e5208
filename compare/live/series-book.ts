import type { SeriesPointInput } from '../report/index.ts';
import type { StoredSeriesPoint } from '../store/index.ts';
import type { MirrorTally } from '../tally/index.ts';

/** Counts a minute: what earlier processes have stored, and what this one counts on top of it. */
export class SeriesBook {
  readonly #before = new Map<string, StoredSeriesPoint>();

  constructor(stored: readonly StoredSeriesPoint[]) {
    for (const point of stored) this.#before.set(keyOf(point), point);
  }

  /** @param sinceMs what is older has been forgotten. */
  points(mirror: string, tally: MirrorTally | undefined, sinceMs: number): SeriesPointInput[] {
    for (const [key, { atMs }] of this.#before) if (atMs < sinceMs) this.#before.delete(key);
    const live = (tally?.series.points() ?? []).filter(({ atMs }) => atMs >= sinceMs);
    const keys = new Set(live.map((point) => keyOf({ mirror, ...point })));
    const before = [...this.#before].filter(([key, point]) => point.mirror === mirror && !keys.has(key));
    return [...before.map(([, { mirror: _, ...point }]) => point), ...live.map((point) => this.#add(mirror, point))];
  }

  /** Rows of the minutes that have changed. */
  take({ mirror, series }: MirrorTally): StoredSeriesPoint[] {
    return series.takeChanged().map((point) => ({ mirror, ...this.#add(mirror, point) }));
  }

  #add(mirror: string, point: SeriesPointInput): SeriesPointInput {
    const before = this.#before.get(keyOf({ mirror, ...point }));
    const { endpoint, atMs, compared, differing } = point;
    return {
      endpoint,
      atMs,
      compared: compared + (before?.compared ?? 0),
      differing: differing + (before?.differing ?? 0),
    };
  }
}

function keyOf({ mirror, endpoint, atMs }: Pick<StoredSeriesPoint, 'mirror' | 'endpoint' | 'atMs'>): string {
  return `${mirror} ${atMs} ${endpoint}`;
}

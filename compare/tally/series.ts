import { OTHER_ENDPOINTS } from './limits.ts';

/** How many pairs were compared in one minute, and in how many the candidate differed beyond what the control does too. */
export interface SeriesPoint {
  /** `*` is all together. */
  readonly endpoint: string;
  /** When the minute began. */
  readonly atMs: number;
  compared: number;
  differing: number;
}

const ALL_ENDPOINTS = '*';
export const MINUTE_MS = 60_000;
/** What is kept in memory. */
export const SERIES_MS = 6 * 3_600_000;
const MAX_ENDPOINTS = 100;

/** Counts a minute of one mirror, by endpoint and for all of them, for the last hours. */
export class Series {
  readonly #points = new Map<string, Map<number, SeriesPoint>>();
  readonly #changed = new Set<SeriesPoint>();
  readonly #now: () => number;
  #prunedAtMs = 0;

  /** @param now of this machine: the times of what is counted are by the clocks of Envoys, of which one may be wrong. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  count(endpoint: string, atMs: number, differs: boolean): void {
    const isBeyond = !this.#points.has(endpoint) && this.#points.size > MAX_ENDPOINTS;
    for (const name of [ALL_ENDPOINTS, isBeyond ? OTHER_ENDPOINTS : endpoint]) {
      this.#add({ endpoint: name, atMs: atMs - (atMs % MINUTE_MS), compared: 1, differing: differs ? 1 : 0 });
    }
    // One that is ahead must not make the others forget.
    const untilMs = Math.min(atMs, this.#now());
    if (untilMs - this.#prunedAtMs >= MINUTE_MS) this.#prune(untilMs);
  }

  /** @param nameOf the present name of an endpoint; several may have the same one now. */
  rename(nameOf: (endpoint: string) => string): void {
    for (const [endpoint, minutes] of [...this.#points]) {
      if (endpoint === ALL_ENDPOINTS || endpoint === OTHER_ENDPOINTS) continue;
      const name = nameOf(endpoint);
      if (name === endpoint) continue;
      this.#points.delete(endpoint);
      for (const point of minutes.values()) {
        this.#add({ ...point, endpoint: name });
        // Whoever keeps it must not count it a second time.
        point.compared = 0;
        point.differing = 0;
        this.#changed.add(point);
      }
    }
  }

  points(): SeriesPoint[] {
    return [...this.#points.values()].flatMap((minutes) => [...minutes.values()]);
  }

  /** Those that have changed since the last call. */
  takeChanged(): SeriesPoint[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  #add(more: SeriesPoint): void {
    const minutes = this.#points.get(more.endpoint) ?? new Map<number, SeriesPoint>();
    this.#points.set(more.endpoint, minutes);
    const point = minutes.get(more.atMs) ?? { ...more, compared: 0, differing: 0 };
    minutes.set(more.atMs, point);
    point.compared += more.compared;
    point.differing += more.differing;
    this.#changed.add(point);
  }

  #prune(nowMs: number): void {
    this.#prunedAtMs = nowMs;
    for (const [endpoint, minutes] of this.#points) {
      for (const atMs of minutes.keys()) if (atMs < nowMs - SERIES_MS) minutes.delete(atMs);
      if (minutes.size === 0) this.#points.delete(endpoint);
    }
  }
}

import type { Half } from '../ingest/index.ts';
import { readAnswer } from '../ingest/index.ts';
import { type Drift, possibleDrift } from './drift.ts';
import { madeBy, plainPath } from './made-by.ts';

/**
 * Remembers what primaries have made and changed since this process first saw their mirrors, and tells drift from defects
 * by it. In doubt it is a defect: what was there before, and what nobody saw being made, is none of drift's.
 */
export interface DriftWatchOptions {
  /** Things that are remembered in all; beyond, the one made longest ago is forgotten. Default 100,000. */
  readonly maxThings?: number;
}

/** An answer that names the time of the answer, as some services do under `updated`, is no sign of a write. */
const NOT_JUST_NOW_MS = 2_000;
const MAX_PATH_LENGTH = 512;
const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

export class DriftWatch {
  readonly #maxThings: number;
  /** By what it explains, mirror and path: when it was first made or changed. */
  readonly #made = new Map<string, number>();
  readonly #since = new Map<string, number>();

  constructor({ maxThings = 100_000 }: DriftWatchOptions = {}) {
    this.#maxThings = maxThings;
  }

  /** To be told of every half of a primary, when it arrives: what it makes is asked for soon. */
  see({ mirror, side, method, path, status, localReply, startedAtMs, encoded }: Half): void {
    if (side !== 'primary') return;
    const since = this.#since.get(mirror);
    if (since === undefined || startedAtMs < since) this.#since.set(mirror, startedAtMs);
    if (localReply || !WRITES.has(method) || status >= 400) return;
    const { headers, body } = readAnswer(encoded).answer;
    const { created, changed } = madeBy({ method, path, status, headers, body });
    for (const thing of created) this.#remember('gone', mirror, thing, startedAtMs);
    for (const thing of [...created, ...changed]) this.#remember('conflict', mirror, thing, startedAtMs);
  }

  /** @param writtenAtMs of what the primary answered, by its own words. */
  driftOf(primary: Half, candidateStatus: number, writtenAtMs: number | undefined): Drift | undefined {
    const drift = possibleDrift(primary.status, candidateStatus);
    if (!drift) return undefined;
    const { mirror, method, startedAtMs } = primary;
    // The write itself: who shares a store with the primary comes second. A 404 would rather be a route that is missing.
    if (drift === 'conflict' && WRITES.has(method)) return drift;
    if (this.#wasMade(drift, mirror, plainPath(primary.path), startedAtMs)) return drift;
    const since = this.#since.get(mirror);
    const isNew =
      writtenAtMs !== undefined &&
      since !== undefined &&
      writtenAtMs >= since &&
      writtenAtMs <= startedAtMs - NOT_JUST_NOW_MS;
    return isNew ? drift : undefined;
  }

  forget(mirror: string): void {
    this.#since.delete(mirror);
    const prefixes = [keyOf('gone', mirror, ''), keyOf('conflict', mirror, '')];
    for (const key of this.#made.keys()) if (prefixes.some((prefix) => key.startsWith(prefix))) this.#made.delete(key);
  }

  /** The thing itself or one that it is a part of. */
  #wasMade(drift: Drift, mirror: string, path: string, beforeMs: number): boolean {
    for (let thing = path; thing !== ''; thing = thing.slice(0, thing.lastIndexOf('/'))) {
      const atMs = this.#made.get(keyOf(drift, mirror, thing));
      if (atMs !== undefined && atMs < beforeMs) return true;
    }
    return false;
  }

  #remember(drift: Drift, mirror: string, path: string, atMs: number): void {
    const key = keyOf(drift, mirror, path);
    if (path === '' || path.length > MAX_PATH_LENGTH || this.#made.has(key)) return;
    this.#made.set(key, atMs);
    if (this.#made.size <= this.#maxThings) return;
    for (const oldest of this.#made.keys()) {
      this.#made.delete(oldest);
      return;
    }
  }
}

function keyOf(drift: Drift, mirror: string, path: string): string {
  return `${drift} ${mirror} ${path}`;
}

import type { Half } from '../ingest/index.ts';
import { readAnswer } from '../ingest/index.ts';
import { type Drift, type Lack, possibleLack } from './drift.ts';
import { madeBy, plainPath } from './made-by.ts';

/**
 * Remembers what users have made and changed, by the version that answered them, since this process first saw it answer users,
 * and tells drift from defects by it. In doubt it is a defect: what was there before, and what nobody saw being made, is none of drift's.
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
  /** By what it explains (who fails how, mirror and path): when it was first made or changed. */
  readonly #made = new Map<string, number>();
  readonly #since = new Map<string, number>();

  constructor({ maxThings = 100_000 }: DriftWatchOptions = {}) {
    this.#maxThings = maxThings;
  }

  /** To be told of every half when it arrives: what an answer to a user makes is asked for soon. */
  see({ mirror, side, method, path, status, localReply, startedAtMs, encoded }: Half): void {
    if (method === '' || side === 'control') return;
    const key = sinceKey(mirror, side);
    const since = this.#since.get(key);
    if (since === undefined || startedAtMs < since) this.#since.set(key, startedAtMs);
    if (localReply || !WRITES.has(method) || status >= 400) return;
    const { headers, body } = readAnswer(encoded).answer;
    const { created, changed } = madeBy({ method, path, status, headers, body });
    const of = side === 'primary' ? 'candidate' : 'primary';
    for (const thing of created) this.#remember({ of, how: 'gone' }, mirror, thing, startedAtMs);
    for (const thing of [...created, ...changed]) this.#remember({ of, how: 'conflict' }, mirror, thing, startedAtMs);
  }

  /**
   * @param request the answer to the user.
   * @param writtenAtMs of what whoever succeeded has answered, by its own words.
   */
  driftOf(
    { request, primary }: { readonly request: Half; readonly primary: Half },
    candidateStatus: number,
    writtenAtMs: number | undefined,
  ): Drift | undefined {
    const lack = possibleLack(primary.status, candidateStatus);
    return lack && this.#isDrift(lack, request, writtenAtMs) ? (lack.of === 'primary' ? 'ahead' : lack.how) : undefined;
  }

  #isDrift(lack: Lack, request: Half, writtenAtMs: number | undefined): boolean {
    const { mirror, method, startedAtMs } = request;
    // The write itself: a copy comes second where both share a store. A 404 would rather be a route that is missing.
    if (lack.how === 'conflict' && WRITES.has(method) && request.side !== lack.of) return true;
    if (this.#wasMade(lack, mirror, plainPath(request.path), startedAtMs)) return true;
    const since = this.#since.get(sinceKey(mirror, lack.of === 'primary' ? 'candidate' : 'primary'));
    return (
      writtenAtMs !== undefined &&
      since !== undefined &&
      writtenAtMs >= since &&
      writtenAtMs <= startedAtMs - NOT_JUST_NOW_MS
    );
  }

  forget(mirror: string): void {
    for (const side of ['primary', 'candidate'] as const) this.#since.delete(sinceKey(mirror, side));
    const prefixes = LACKS.map((lack) => keyOf(lack, mirror, ''));
    for (const key of this.#made.keys()) if (prefixes.some((prefix) => key.startsWith(prefix))) this.#made.delete(key);
  }

  /** The thing itself or one that it is a part of. */
  #wasMade(lack: Lack, mirror: string, path: string, beforeMs: number): boolean {
    // Only things of so long a path are remembered, and a path can be thousands of slashes.
    const longest = path.length > MAX_PATH_LENGTH ? path.slice(0, path.lastIndexOf('/', MAX_PATH_LENGTH)) : path;
    for (let thing = longest; thing !== ''; thing = thing.slice(0, thing.lastIndexOf('/'))) {
      const atMs = this.#made.get(keyOf(lack, mirror, thing));
      if (atMs !== undefined && atMs < beforeMs) return true;
    }
    return false;
  }

  #remember(lack: Lack, mirror: string, path: string, atMs: number): void {
    const key = keyOf(lack, mirror, path);
    if (path === '' || path.length > MAX_PATH_LENGTH || this.#made.has(key)) return;
    this.#made.set(copied(key), atMs);
    if (this.#made.size <= this.#maxThings) return;
    for (const oldest of this.#made.keys()) {
      this.#made.delete(oldest);
      return;
    }
  }
}

const LACKS: readonly Lack[] = (['primary', 'candidate'] as const).flatMap((of) =>
  (['gone', 'conflict'] as const).map((how) => ({ of, how })),
);

function keyOf({ of, how }: Lack, mirror: string, path: string): string {
  return `${of} ${how} ${mirror} ${path}`;
}

/** An id that was cut out of an answer keeps the whole answer in memory for as long as it is remembered. */
function copied(text: string): string {
  return Buffer.from(text).toString();
}

function sinceKey(mirror: string, side: 'primary' | 'candidate'): string {
  return `${side} ${mirror}`;
}

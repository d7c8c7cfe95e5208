/**
 * Which deployment of the candidate an answer belongs to. A version that was not seen before begins an epoch, and so does
 * a person. While a deployment rolls out both versions answer: answers of the one before count in its epoch, unless the
 * new one has fallen silent, which is a rollback and begins an epoch of its own.
 */
export interface EpochBounds {
  /** 1, 2, 3, ... of a mirror. */
  readonly number: number;
  /** As the candidate's answers name it; undefined where they name none. */
  readonly version: string | undefined;
  readonly begunBy: 'first' | 'version' | 'person';
  readonly startedAtMs: number;
  lastAtMs: number;
}

/** The current version that has not answered for so long has been rolled back. */
const SILENT_AFTER_MS = 60_000;

export class Epochs<E extends EpochBounds> {
  readonly #create: (bounds: EpochBounds) => E;
  readonly #max: number;
  readonly #onDropped: (epoch: E) => void;
  readonly #resumed: string | undefined;
  #number = 0;
  /** Oldest first; the last is the current one. */
  readonly #epochs: E[] = [];
  #beginFromMs: number | undefined;

  /** @param resumed the version that goes on, as far as the first answer names no other. */
  constructor(max: number, create: (bounds: EpochBounds) => E, onDropped: (epoch: E) => void, resumed?: string) {
    this.#resumed = resumed;
    this.#max = max;
    this.#create = create;
    this.#onDropped = onDropped;
  }

  get all(): readonly E[] {
    return this.#epochs;
  }

  get current(): E | undefined {
    return this.#epochs.at(-1);
  }

  /** The next answer, whatever its version, begins an epoch; answers to earlier requests still count in the one before. */
  beginNext(atMs: number): void {
    if (this.current) this.#beginFromMs = atMs;
  }

  of(version: string | undefined, atMs: number): E {
    const current = this.current;
    const epoch = current ? this.#choose(current, version, atMs) : this.#add(version ?? this.#resumed, 'first', atMs);
    epoch.lastAtMs = Math.max(epoch.lastAtMs, atMs);
    return epoch;
  }

  #choose(current: E, version: string | undefined, atMs: number): E {
    if (this.#beginFromMs !== undefined) {
      if (atMs < this.#beginFromMs) return this.#latestOf(version) ?? current;
      this.#beginFromMs = undefined;
      return this.#add(version ?? current.version, 'person', atMs);
    }
    // An error page of something in between names no version.
    if (version === undefined || version === current.version) return current;
    const before = this.#latestOf(version);
    if (before && atMs - current.lastAtMs < SILENT_AFTER_MS) return before;
    return this.#add(version, 'version', atMs);
  }

  #latestOf(version: string | undefined): E | undefined {
    return this.#epochs.findLast((epoch) => epoch.version === version);
  }

  #add(version: string | undefined, begunBy: EpochBounds['begunBy'], atMs: number): E {
    this.#number += 1;
    const epoch = this.#create({ number: this.#number, version, begunBy, startedAtMs: atMs, lastAtMs: atMs });
    this.#epochs.push(epoch);
    if (this.#epochs.length > this.#max) this.#onDropped(this.#epochs.shift()!);
    return epoch;
  }
}

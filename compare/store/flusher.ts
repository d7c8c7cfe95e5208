import { type Changes, PendingChanges } from './changes.ts';

/** Where counts grow: in memory. */
export interface ChangeSource {
  /** The rows that have changed since the last call. */
  takeChanges(): Changes;
}

export interface FlusherOptions {
  readonly source: ChangeSource;
  readonly write: (changes: Changes) => Promise<void>;
  /** What a process that is killed loses at most. Default 2 s. */
  readonly intervalMs?: number;
  /** Told when writing begins to fail, and with undefined when it works again. */
  readonly onFailing?: (error: unknown) => void;
}

export interface FlusherStatus {
  readonly lastWrittenAtMs: number | undefined;
  /** Rows that wait, for example because the database does not answer. */
  readonly pendingRows: number;
  /** The last error, until a write succeeds. */
  readonly failing: unknown;
}

const DEFAULT_FLUSH_INTERVAL_MS = 2_000;

/**
 * Carries counts from memory to the store, at most every `intervalMs`: a process that is killed loses what came after the
 * last time and nothing before it. A write that fails is repeated with the next one; counting goes on meanwhile.
 */
export class Flusher {
  readonly #options: FlusherOptions;
  readonly #pending = new PendingChanges();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #lastWrittenAtMs: number | undefined;
  #failing: unknown;

  constructor(options: FlusherOptions) {
    this.#options = options;
    // A slow store is not asked again before it has answered.
    this.#timer = setInterval(() => {
      if (!this.#running) void this.flush();
    }, options.intervalMs ?? DEFAULT_FLUSH_INTERVAL_MS);
    this.#timer.unref();
  }

  status(): FlusherStatus {
    return { lastWrittenAtMs: this.#lastWrittenAtMs, pendingRows: this.#pending.size, failing: this.#failing };
  }

  /** Writes everything up to now. Never rejects: `status` says whether it worked. */
  async flush(): Promise<void> {
    // Those who ask during a write want what has come since to be written too.
    while (this.#running) await this.#running;
    this.#running = this.#writeAll().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Writes a last time. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #writeAll(): Promise<void> {
    const { source, write, onFailing } = this.#options;
    let changes: Changes = {};
    try {
      this.#pending.add(source.takeChanges());
      changes = this.#pending.takeAll();
      if (Object.keys(changes).length > 0) await write(changes);
      this.#lastWrittenAtMs = Date.now();
      if (this.#failing !== undefined) onFailing?.(undefined);
      this.#failing = undefined;
    } catch (error) {
      this.#pending.putBack(changes);
      if (this.#failing === undefined) onFailing?.(error);
      this.#failing = error;
    }
  }
}

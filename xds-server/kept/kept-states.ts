import type { Dialect } from 'kysely';
import { KeptTable } from './kept-table.ts';

/** One room's part of what is kept. */
export interface Kept {
  /** What was saved last before this process began, as JSON gives it back; undefined: nothing was. */
  readonly before: unknown;
  /** Replaces it. Returns at once; see KeptStates. */
  save(state: unknown): void;
}

export interface KeptStatesOptions {
  /** Of a file or database in which nobody else keeps a transaction open: a write would wait for it. */
  readonly dialect: Dialect;
  /** Told when writing begins to fail, and with undefined when it works again. */
  readonly onFailing: (error: unknown) => void;
  /** How long after a write that failed it is tried again. Default 2 s. */
  readonly retryMs?: number;
}

const RETRY_MS = 2_000;

/**
 * Small states that hold over a restart of the control plane. What has been saved is written at once, one write after the
 * other, the newest state alone: a process that is killed loses at most the write that was under way, and then what was
 * there before is whole. A store that fails holds nobody up; it is tried again until it works.
 */
export class KeptStates {
  readonly #table: KeptTable;
  readonly #options: KeptStatesOptions;
  readonly #before: ReadonlyMap<string, string>;
  /** JSON texts that are to be written, by name. */
  readonly #pending = new Map<string, string>();
  #writing: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #isFailing = false;

  private constructor(table: KeptTable, before: ReadonlyMap<string, string>, options: KeptStatesOptions) {
    this.#table = table;
    this.#before = before;
    this.#options = options;
  }

  /** @throws ShadowplaneError STORE_FAILED when the database cannot be opened or read. */
  static async open(options: KeptStatesOptions): Promise<KeptStates> {
    const table = await KeptTable.open(options.dialect);
    try {
      return new KeptStates(table, await table.all(), options);
    } catch (error) {
      await table.close();
      throw error;
    }
  }

  of(name: string): Kept {
    const text = this.#before.get(name);
    return {
      before: text === undefined ? undefined : JSON.parse(text),
      save: (state) => {
        this.#pending.set(name, JSON.stringify(state));
        this.#writeSoon();
      },
    };
  }

  /** Tries a last time to write what is not written, then closes the database. */
  async close(): Promise<void> {
    this.#writeSoon();
    await this.#writing;
    clearTimeout(this.#retry);
    await this.#table.close();
  }

  #writeSoon(): void {
    clearTimeout(this.#retry);
    this.#writing = this.#writing.then(() => this.#write());
  }

  async #write(): Promise<void> {
    for (const [name, state] of this.#pending) {
      try {
        await this.#table.write(name, state);
      } catch (error) {
        this.#failing(error);
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.#writeSoon(), this.#options.retryMs ?? RETRY_MS);
        this.#retry.unref();
        return;
      }
      if (this.#pending.get(name) === state) this.#pending.delete(name);
      this.#failing(undefined);
    }
  }

  #failing(error: unknown): void {
    const isFailing = error !== undefined;
    if (isFailing !== this.#isFailing) this.#options.onFailing(error);
    this.#isFailing = isFailing;
  }
}

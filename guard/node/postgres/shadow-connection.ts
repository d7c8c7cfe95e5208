import { ShadowplaneError } from '../../../errors/index.ts';

/** The part of a client of `pg` that is needed. */
export interface ClientLike {
  query(query: unknown, values?: unknown): Promise<unknown>;
}

/** A connection for some shadow work alone, and how to give it back; with an error, it is thrown away instead. */
export interface Borrowed {
  readonly client: ClientLike;
  release(error?: Error): void;
}

export interface ShadowConnectionOptions {
  readonly borrow: () => Promise<Borrowed>;
  /** After this long the connection is cut, whatever it does: a shadow must not hold locks. */
  readonly maxTransactionMs: number;
  /** How long a transaction may wait for another one of the same request. */
  readonly maxWaitMs: number;
}

/**
 * Two equal rows under a unique constraint that is checked at commit: while they are there, the database itself refuses to
 * commit, however a COMMIT got past the guard. The table is temporary, belongs to the connection and is made once.
 */
const LOCK_TABLE = 'pg_temp.shadowplane_commit_lock';
const MAKE_LOCK_TABLE = `CREATE TEMPORARY TABLE IF NOT EXISTS shadowplane_commit_lock (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)`;
const LOCK_COMMIT = `INSERT INTO ${LOCK_TABLE} VALUES (1), (1)`;
/** Checks what a commit would check, and leaves everything as it was. */
const CHECK_CONSTRAINTS =
  'SAVEPOINT shadowplane_check; ' +
  `DELETE FROM ${LOCK_TABLE}; SET CONSTRAINTS ALL IMMEDIATE; ` +
  'ROLLBACK TO SAVEPOINT shadowplane_check; RELEASE SAVEPOINT shadowplane_check';
const UNDO_CHECK = 'ROLLBACK TO SAVEPOINT shadowplane_check; RELEASE SAVEPOINT shadowplane_check';

const READ_ONLY = '25006';
/** Connections that have the table. */
const lockable = new WeakSet<ClientLike>();

/**
 * The one connection of some shadow work: borrowed at its first statement, in one transaction from then on, rolled back and
 * given back at the end. Its users take turns; none sees it in a failed transaction.
 */
export class ShadowConnection {
  readonly #options: ShadowConnectionOptions;
  #last: Promise<unknown> = Promise.resolve();
  #borrowed: Borrowed | undefined;
  #gone: string | undefined;
  #deadline: NodeJS.Timeout | undefined;
  readonly #waiting = new Set<() => void>();
  #inBlock = false;
  #commitIsLocked = false;

  constructor(options: ShadowConnectionOptions) {
    this.#options = options;
  }

  /** Runs `work` on the connection when everything before it is done. */
  exclusively<T>(work: (client: ClientLike) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => work(await this.#open()));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Resolves, with the function that ends it, when no other transaction of this work is under way. */
  beginBlock(): Promise<() => void> {
    const { maxWaitMs } = this.#options;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting.delete(begin);
        const why = `two transactions of one request at once: the other one held the only connection for ${maxWaitMs} ms`;
        reject(new ShadowplaneError('SHADOW_REFUSED', why));
      }, maxWaitMs);
      const begin = () => {
        clearTimeout(late);
        this.#waiting.delete(begin);
        this.#inBlock = true;
        resolve(() => this.#endBlock());
      };
      if (this.#inBlock) this.#waiting.add(begin);
      else begin();
    });
  }

  #endBlock(): void {
    this.#inBlock = false;
    const [next] = this.#waiting;
    next?.();
  }

  /** Runs `work` so that its failure undoes what it did and nothing else. */
  async undoable<T>(client: ClientLike, savepoint: string, work: () => Promise<T>): Promise<T> {
    await this.#control(client, `SAVEPOINT ${savepoint}`);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await this.#control(client, `ROLLBACK TO SAVEPOINT ${savepoint}; RELEASE SAVEPOINT ${savepoint}`);
      throw error;
    }
    await this.#control(client, `RELEASE SAVEPOINT ${savepoint}`);
    return result;
  }

  /** Fails as a commit would fail now, when a deferred constraint is violated. */
  async checkConstraints(client: ClientLike): Promise<void> {
    // Where nothing can be written, nothing can be violated.
    if (!this.#commitIsLocked) return;
    try {
      await client.query(CHECK_CONSTRAINTS);
    } catch (error) {
      await this.#control(client, UNDO_CHECK);
      throw error;
    }
  }

  /** Rolls back and gives the connection back. */
  async close(): Promise<void> {
    await this.#last;
    this.#gone ??= 'the request that it belongs to has ended';
    clearTimeout(this.#deadline);
    const borrowed = this.#borrowed;
    this.#borrowed = undefined;
    if (!borrowed) return;
    try {
      // Advisory locks of the session outlive the rollback.
      await borrowed.client.query('ROLLBACK; SELECT pg_advisory_unlock_all()');
      borrowed.release();
    } catch (error) {
      borrowed.release(error as Error);
    }
  }

  async #open(): Promise<ClientLike> {
    if (this.#gone)
      throw new ShadowplaneError('SHADOW_REFUSED', `this connection cannot be used any more: ${this.#gone}`);
    if (this.#borrowed) return this.#borrowed.client;
    const borrowed = await this.#options.borrow();
    try {
      this.#commitIsLocked = await begin(borrowed.client, this.#options.maxTransactionMs);
    } catch (error) {
      borrowed.release(error as Error);
      throw error;
    }
    this.#borrowed = borrowed;
    this.#deadline = setTimeout(
      () => this.#lose(`it was open for ${this.#options.maxTransactionMs} ms`),
      this.#options.maxTransactionMs,
    );
    this.#deadline.unref();
    return borrowed.client;
  }

  /** A statement of the guard itself. It fails only when the transaction is not there any more, so nothing may go on. */
  async #control(client: ClientLike, text: string): Promise<void> {
    try {
      await client.query(text);
    } catch (error) {
      this.#lose('its transaction was ended from outside or by a statement that commits');
      throw new ShadowplaneError(
        'SHADOW_REFUSED',
        'the transaction of this shadow work is gone; nothing of it was committed',
        {
          cause: error,
        },
      );
    }
  }

  #lose(why: string): void {
    this.#gone ??= why;
    clearTimeout(this.#deadline);
    const borrowed = this.#borrowed;
    this.#borrowed = undefined;
    borrowed?.release(new Error(`shadow guard: ${why}`));
  }
}

/** Begins the transaction; tells whether the database will refuse to commit it. Where it cannot write, it need not. */
async function begin(client: ClientLike, maxMs: number): Promise<boolean> {
  if (!lockable.has(client)) {
    const failure = await client.query(MAKE_LOCK_TABLE).then(
      () => undefined,
      (error) => error,
    );
    if (failure?.code === READ_ONLY) {
      await client.query(`BEGIN READ ONLY; ${limitStatements(maxMs)}`);
      return false;
    }
    if (failure) {
      throw new ShadowplaneError('SHADOW_REFUSED', 'shadow work needs the right to make temporary tables', {
        cause: failure,
      });
    }
    lockable.add(client);
  }
  await client.query(`BEGIN; ${LOCK_COMMIT}; ${limitStatements(maxMs)}`);
  return true;
}

/** A server that is busy does not notice that the connection was cut; so it has a limit of its own. A stricter one stays. */
function limitStatements(maxMs: number): string {
  const currentMs = `extract(epoch FROM current_setting('statement_timeout')::interval) * 1000`;
  return `SELECT set_config('statement_timeout', '${Math.ceil(maxMs)}', true) WHERE ${currentMs} NOT BETWEEN 1 AND ${maxMs}`;
}

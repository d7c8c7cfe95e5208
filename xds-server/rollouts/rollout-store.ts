import { type Dialect, Kysely } from 'kysely';
import { migrate, storeFailed } from '../../store/index.ts';
import { decodeRun, encodeRun } from './codec.ts';
import type { Run } from './run.ts';
import { migrations, type Tables } from './tables.ts';

/** Who has written what of a mirror's run, without the run. */
export interface Head {
  readonly mirror: string;
  readonly version: number;
  readonly owner: string;
  readonly term: number;
  readonly beat: number;
}

export interface StoredRun extends Head {
  readonly run: Run;
}

/**
 * The current run of each mirror, and who drives it. One statement a write, conditional on the version and the term that it
 * was decided in: of two that decide at once only one writes, and who has been followed by another writes no more. No clock
 * takes part in that: who wants to follow watches the beat by its own (see Lease in replica.ts). Every failure is a STORE_FAILED.
 */
export class RolloutStore {
  readonly #database: Kysely<Tables>;

  private constructor(dialect: Dialect) {
    this.#database = new Kysely<Tables>({ dialect });
  }

  /** Opens the database and brings its table up to date. */
  static async open(dialect: Dialect): Promise<RolloutStore> {
    const store = new RolloutStore(dialect);
    await migrate(store.#database, { provider: migrations, tablePrefix: 'rollout', what: 'The store of rollouts' });
    return store;
  }

  heads(): Promise<Head[]> {
    return this.#guarded((database) =>
      database.selectFrom('rollouts').select(['mirror', 'version', 'owner', 'term', 'beat']).execute(),
    );
  }

  async read(mirror: string): Promise<StoredRun | undefined> {
    const row = await this.#guarded((database) =>
      database.selectFrom('rollouts').selectAll().where('mirror', '=', mirror).executeTakeFirst(),
    );
    return row && { ...row, run: decodeRun(row.run) };
  }

  /** The first run of a mirror. @returns undefined: there is one */
  async insert(mirror: string, owner: string, run: Run): Promise<StoredRun | undefined> {
    const head: Head = { mirror, version: 1, owner, term: 1, beat: 0 };
    const { numInsertedOrUpdatedRows } = await this.#guarded((database) =>
      database
        .insertInto('rollouts')
        .values({ ...head, run: encodeRun(run) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst(),
    );
    return numInsertedOrUpdatedRows ? { ...head, run } : undefined;
  }

  /** @returns undefined: another was faster, or has taken it over */
  async write(head: Head, run: Run): Promise<StoredRun | undefined> {
    const { mirror, version, term } = head;
    const { numUpdatedRows } = await this.#guarded((database) =>
      database
        .updateTable('rollouts')
        .set((row) => ({ run: encodeRun(run), version: version + 1, beat: row('beat', '+', 1) }))
        .where('mirror', '=', mirror)
        .where('version', '=', version)
        .where('term', '=', term)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n ? { ...head, version: version + 1, beat: head.beat + 1, run } : undefined;
  }

  /** Drives it from now on, as far as nobody else has taken it since. @returns undefined: somebody has */
  async take({ mirror, term }: Pick<Head, 'mirror' | 'term'>, owner: string): Promise<StoredRun | undefined> {
    const { numUpdatedRows } = await this.#guarded((database) =>
      database
        .updateTable('rollouts')
        .set((row) => ({ owner, term: term + 1, beat: row('beat', '+', 1) }))
        .where('mirror', '=', mirror)
        .where('term', '=', term)
        .executeTakeFirst(),
    );
    if (numUpdatedRows === 0n) return undefined;
    const stored = await this.read(mirror);
    return stored?.term === term + 1 ? stored : undefined;
  }

  /** Says that the owner lives. @returns false: it is the owner no more */
  async beat({ mirror, term }: Pick<Head, 'mirror' | 'term'>): Promise<boolean> {
    const { numUpdatedRows } = await this.#guarded((database) =>
      database
        .updateTable('rollouts')
        .set((row) => ({ beat: row('beat', '+', 1) }))
        .where('mirror', '=', mirror)
        .where('term', '=', term)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }

  close(): Promise<void> {
    return this.#database.destroy();
  }

  async #guarded<T>(query: (database: Kysely<Tables>) => Promise<T>): Promise<T> {
    try {
      return await query(this.#database);
    } catch (error) {
      throw storeFailed(error, 'The store of rollouts failed');
    }
  }
}

import type { Dialect, Kysely, Selectable } from 'kysely';
import { ShadowplaneError } from '../../errors/index.ts';
import { GuardedDatabase } from '../../store/index.ts';
import { migrations, type Tables } from './migrations.ts';

export type RevisionRow = Selectable<Tables['revisions']>;

const FILE_STATE_ID = 1;

/** The tables of the store: revisions, and what the policy file last said. Every failure is a STORE_FAILED. */
export class Revisions {
  readonly #database: GuardedDatabase<Tables>;

  private constructor(database: GuardedDatabase<Tables>) {
    this.#database = database;
  }

  /** Opens the database and brings its tables up to date. */
  static async open(dialect: Dialect): Promise<Revisions> {
    return new Revisions(await GuardedDatabase.open(dialect, { provider: migrations, what: 'The policy store' }));
  }

  newest(): Promise<RevisionRow | undefined> {
    return this.#database.run((database) =>
      database.selectFrom('revisions').selectAll().orderBy('revision', 'desc').executeTakeFirst(),
    );
  }

  /** JSON text of the document; undefined when that revision is not kept any more. */
  async documentOf(revision: number): Promise<string | undefined> {
    const row = await this.#database.run((database) =>
      database.selectFrom('revisions').select('document').where('revision', '=', revision).executeTakeFirst(),
    );
    return row?.document;
  }

  /** Newest first; with `entry` (`mirrors.orders`) only those that changed it. */
  history(limit: number, entry?: string): Promise<Array<Omit<RevisionRow, 'document'>>> {
    return this.#database.run((database) => {
      const all = database
        .selectFrom('revisions')
        .select(['revision', 'actor', 'at', 'changed', 'note', 'differences', 'acknowledged_at'])
        .orderBy('revision', 'desc')
        .limit(limit);
      return (entry === undefined ? all : all.where('changed', 'like', `%${JSON.stringify(entry)}%`)).execute();
    });
  }

  /** Notes when the Envoys had this revision in use. */
  async acknowledge(revision: number, at: string): Promise<void> {
    await this.#database.run((database) =>
      database.updateTable('revisions').set({ acknowledged_at: at }).where('revision', '=', revision).execute(),
    );
  }

  /** The newest revision that the Envoys have had in use. */
  async lastAcknowledged(): Promise<number | undefined> {
    const row = await this.#database.run((database) => newestAcknowledged(database).executeTakeFirst());
    return row?.revision;
  }

  /** JSON text of the document that the file last held. */
  async fileState(): Promise<string | undefined> {
    const row = await this.#database.run((database) =>
      database.selectFrom('file_states').selectAll().executeTakeFirst(),
    );
    return row?.document;
  }

  /**
   * Adds a revision, forgets those before the last `keep` (but not the newest that Envoys have had in use), and notes
   * what the file says: all or nothing.
   *
   * @throws ShadowplaneError STORE_FAILED also when the newest revision is not the one before
   */
  async write(next: RevisionRow | undefined, keep: number, fileState: string | undefined): Promise<void> {
    await this.#database.run((database) =>
      database.transaction().execute(async (transaction) => {
        if (next) await addRevision(transaction, next, keep);
        if (fileState === undefined) return;
        await transaction
          .insertInto('file_states')
          .values({ id: FILE_STATE_ID, document: fileState })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ document: fileState }))
          .execute();
      }),
    );
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

async function addRevision(transaction: Kysely<Tables>, next: RevisionRow, keep: number): Promise<void> {
  // A write as the first statement takes the write lock at once, so nothing read below can be outdated.
  await transaction
    .deleteFrom('revisions')
    .where('revision', '<=', next.revision - keep)
    .where('revision', 'not in', newestAcknowledged(transaction))
    .execute();
  const newest = await transaction
    .selectFrom('revisions')
    .select('revision')
    .orderBy('revision', 'desc')
    .executeTakeFirst();
  if ((newest?.revision ?? 0) !== next.revision - 1) throw new ShadowplaneError('STORE_FAILED', SECOND_WRITER);
  await transaction.insertInto('revisions').values(next).execute();
}

function newestAcknowledged(database: Kysely<Tables>) {
  return database
    .selectFrom('revisions')
    .select('revision')
    .where('acknowledged_at', 'is not', null)
    .orderBy('revision', 'desc')
    .limit(1);
}

const SECOND_WRITER = 'Another control plane has written to this store; run one per store';

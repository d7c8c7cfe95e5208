/** The table of kept states: a row of JSON for each name. Every failure is a STORE_FAILED. */
import type { Dialect, Kysely, MigrationProvider } from 'kysely';
import { GuardedDatabase } from '../../store/index.ts';

interface Tables {
  kept_states: { name: string; state: string };
}

const migrations: MigrationProvider = {
  async getMigrations() {
    return {
      '0001-kept-states': {
        async up(database: Kysely<unknown>): Promise<void> {
          await database.schema
            .createTable('kept_states')
            .addColumn('name', 'text', (column) => column.primaryKey())
            .addColumn('state', 'text', (column) => column.notNull())
            .execute();
        },
      },
    };
  },
};

export class KeptTable {
  readonly #database: GuardedDatabase<Tables>;

  private constructor(database: GuardedDatabase<Tables>) {
    this.#database = database;
  }

  /** Opens the database and brings its table up to date. */
  static async open(dialect: Dialect): Promise<KeptTable> {
    return new KeptTable(
      await GuardedDatabase.open(dialect, {
        provider: migrations,
        tablePrefix: 'kept',
        what: 'The store of kept states',
      }),
    );
  }

  /** JSON texts by name. */
  async all(): Promise<Map<string, string>> {
    const rows = await this.#database.run((database) => database.selectFrom('kept_states').selectAll().execute());
    return new Map(rows.map(({ name, state }) => [name, state]));
  }

  async write(name: string, state: string): Promise<void> {
    await this.#database.run((database) =>
      database
        .insertInto('kept_states')
        .values({ name, state })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ state }))
        .execute(),
    );
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

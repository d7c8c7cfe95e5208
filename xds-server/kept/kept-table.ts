/** The table of kept states: a row of JSON for each name. Every failure is a STORE_FAILED. */
import { type Dialect, Kysely, type MigrationProvider, Migrator } from 'kysely';
import { storeFailed } from '../../store/index.ts';

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
  readonly #dialect: Dialect;
  #database: Kysely<Tables>;

  private constructor(dialect: Dialect) {
    this.#dialect = dialect;
    this.#database = new Kysely<Tables>({ dialect });
  }

  /** Opens the database and brings the table up to date. */
  static async open(dialect: Dialect): Promise<KeptTable> {
    const table = new KeptTable(dialect);
    try {
      const migrator = new Migrator({
        db: table.#database,
        provider: migrations,
        // The policy may live in the same PostgreSQL database, with migrations of its own.
        migrationTableName: 'kept_migrations',
        migrationLockTableName: 'kept_migrations_lock',
      });
      const { error } = await migrator.migrateToLatest();
      if (error) throw error;
      return table;
    } catch (error) {
      await table.close().catch(() => {});
      throw storeFailed(error, 'The store of kept states cannot be opened');
    }
  }

  /** JSON texts by name. */
  async all(): Promise<Map<string, string>> {
    const rows = await this.#guarded((database) => database.selectFrom('kept_states').selectAll().execute());
    return new Map(rows.map(({ name, state }) => [name, state]));
  }

  async write(name: string, state: string): Promise<void> {
    await this.#guarded((database) =>
      database
        .insertInto('kept_states')
        .values({ name, state })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ state }))
        .execute(),
    );
  }

  close(): Promise<void> {
    return this.#database.destroy();
  }

  async #guarded<T>(query: (database: Kysely<Tables>) => Promise<T>): Promise<T> {
    try {
      return await query(this.#database);
    } catch (error) {
      // A connection on which a statement has failed may refuse every later commit: begin with a fresh one.
      await this.#database.destroy().catch(() => {});
      this.#database = new Kysely<Tables>({ dialect: this.#dialect });
      throw storeFailed(error, 'The store of kept states failed');
    }
  }
}

import { type Dialect, Kysely, type KyselyPlugin } from 'kysely';
import { type Migrations, migrate } from './migrate.ts';
import { reasonFirst } from './reason-first.ts';
import { storeFailed } from './store-failed.ts';

/** A database that begins with a fresh connection after a failure. Every failure is a STORE_FAILED or STORE_FULL. */
export class GuardedDatabase<Tables> {
  readonly #open: () => Kysely<Tables>;
  readonly #what: string;
  #database: Kysely<Tables>;

  private constructor(open: () => Kysely<Tables>, what: string) {
    this.#open = open;
    this.#what = what;
    this.#database = open();
  }

  /** Opens the database and brings its tables up to date. */
  static async open<Tables>(
    dialect: Dialect,
    migrations: Migrations,
    plugins: KyselyPlugin[] = [],
  ): Promise<GuardedDatabase<Tables>> {
    const guarded = new GuardedDatabase<Tables>(
      () => new Kysely({ dialect: reasonFirst(dialect), plugins }),
      migrations.what,
    );
    await migrate(guarded.#database, migrations);
    return guarded;
  }

  async run<T>(query: (database: Kysely<Tables>) => Promise<T>): Promise<T> {
    const database = this.#database;
    try {
      return await query(database);
    } catch (error) {
      // A connection on which a statement has failed may refuse every later commit: begin with a fresh one. Of several
      // failures on one connection only the first does, and what is asked meanwhile has the fresh one.
      if (this.#database === database) {
        this.#database = this.#open();
        await database.destroy().catch(() => {});
      }
      throw storeFailed(error, `${this.#what} failed`);
    }
  }

  close(): Promise<void> {
    return this.#database.destroy();
  }
}

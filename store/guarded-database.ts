import { type Dialect, Kysely } from 'kysely';
import { type Migrations, migrate } from './migrate.ts';
import { storeFailed } from './store-failed.ts';

/** A database that begins with a fresh connection after a failure. Every failure is a STORE_FAILED or STORE_FULL. */
export class GuardedDatabase<Tables> {
  readonly #dialect: Dialect;
  readonly #what: string;
  #database: Kysely<Tables>;

  private constructor(dialect: Dialect, what: string) {
    this.#dialect = dialect;
    this.#what = what;
    this.#database = new Kysely<Tables>({ dialect });
  }

  /** Opens the database and brings its tables up to date. */
  static async open<Tables>(dialect: Dialect, migrations: Migrations): Promise<GuardedDatabase<Tables>> {
    const guarded = new GuardedDatabase<Tables>(dialect, migrations.what);
    await migrate(guarded.#database, migrations);
    return guarded;
  }

  async run<T>(query: (database: Kysely<Tables>) => Promise<T>): Promise<T> {
    try {
      return await query(this.#database);
    } catch (error) {
      // A connection on which a statement has failed may refuse every later commit: begin with a fresh one.
      await this.#database.destroy().catch(() => {});
      this.#database = new Kysely<Tables>({ dialect: this.#dialect });
      throw storeFailed(error, `${this.#what} failed`);
    }
  }

  close(): Promise<void> {
    return this.#database.destroy();
  }
}

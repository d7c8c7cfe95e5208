import { type Kysely, type MigrationProvider, Migrator } from 'kysely';
import { storeFailed } from './store-failed.ts';

export interface Migrations {
  readonly provider: MigrationProvider;
  /**
   * What the tables that note the migrations begin with (`kept`: `kept_migrations`): several rooms may keep their tables
   * in the same PostgreSQL database, each with migrations of its own. Default: the names that Kysely gives them.
   */
  readonly tablePrefix?: string;
  /** As errors begin: `The policy store`. */
  readonly what: string;
}

/** Brings the tables up to date; a database that cannot be is closed. @throws ShadowplaneError STORE_FAILED or STORE_FULL */
export async function migrate<Tables>(database: Kysely<Tables>, migrations: Migrations): Promise<void> {
  const { provider, tablePrefix, what } = migrations;
  const names = tablePrefix !== undefined && {
    migrationTableName: `${tablePrefix}_migrations`,
    migrationLockTableName: `${tablePrefix}_migrations_lock`,
  };
  try {
    const { error } = await new Migrator({ db: database, provider, ...names }).migrateToLatest();
    if (error) throw error;
  } catch (error) {
    await database.destroy().catch(() => {});
    throw storeFailed(error, `${what} cannot be opened`);
  }
}

import type { Kysely, MigrationProvider } from 'kysely';

/** The same on SQLite and PostgreSQL. */
export interface Tables {
  rollouts: {
    mirror: string;
    /** Grows by one with each write. */
    version: number;
    /** The control plane that drives it. */
    owner: string;
    /** Grows by one whenever another takes it over: what was decided in an earlier one is not written any more. */
    term: number;
    /** Grows while the owner lives. */
    beat: number;
    /** JSON text. */
    run: string;
  };
}

export const migrations: MigrationProvider = {
  async getMigrations() {
    return {
      '0001-rollouts': {
        async up(database: Kysely<unknown>): Promise<void> {
          await database.schema
            .createTable('rollouts')
            .addColumn('mirror', 'text', (column) => column.primaryKey())
            .addColumn('version', 'integer', (column) => column.notNull())
            .addColumn('owner', 'text', (column) => column.notNull())
            .addColumn('term', 'integer', (column) => column.notNull())
            .addColumn('beat', 'bigint', (column) => column.notNull())
            .addColumn('run', 'text', (column) => column.notNull())
            .execute();
        },
      },
    };
  },
};

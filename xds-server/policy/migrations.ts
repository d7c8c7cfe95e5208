import type { Kysely, MigrationProvider } from 'kysely';

/** Columns are text and integer only, so that the same migrations and queries serve SQLite and PostgreSQL. */
export interface Tables {
  revisions: {
    revision: number;
    actor: string;
    /** ISO 8601, UTC. */
    at: string;
    /** JSON list of the entries that changed: `["mirrors.orders"]`. */
    changed: string;
    /** JSON text: the order of its keys has a meaning, so no database type that would sort them. */
    document: string;
    /** Why it was made, where that is not the change itself: `undo to 12`. */
    note: string | null;
    /** JSON list of what differs from the revision before; null in revisions of versions that did not note it. */
    differences: string | null;
    /** ISO 8601, UTC: when every Envoy that was connected had it in use; null: that was not seen. */
    acknowledged_at: string | null;
  };
  /** What the policy file last said; at most one row. */
  file_states: { id: number; document: string };
}

export const migrations: MigrationProvider = {
  async getMigrations() {
    return {
      '0001-revisions': {
        async up(database: Kysely<unknown>): Promise<void> {
          await database.schema
            .createTable('revisions')
            .addColumn('revision', 'integer', (column) => column.primaryKey())
            .addColumn('actor', 'text', (column) => column.notNull())
            .addColumn('at', 'text', (column) => column.notNull())
            .addColumn('changed', 'text', (column) => column.notNull())
            .addColumn('document', 'text', (column) => column.notNull())
            .execute();
          await database.schema
            .createTable('file_states')
            .addColumn('id', 'integer', (column) => column.primaryKey())
            .addColumn('document', 'text', (column) => column.notNull())
            .execute();
        },
      },
      '0002-history': {
        async up(database: Kysely<unknown>): Promise<void> {
          // SQLite adds one column a statement.
          for (const column of ['note', 'differences', 'acknowledged_at']) {
            await database.schema.alterTable('revisions').addColumn(column, 'text').execute();
          }
        },
      },
    };
  },
};

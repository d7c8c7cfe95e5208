import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, type MigrationProvider } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { libsqlDialect } from './libsql-dialect.ts';
import { migrate } from './migrate.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-migrate-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const newDatabase = () => new Kysely<unknown>({ dialect: libsqlDialect(directory) });
const nothing: MigrationProvider = { getMigrations: async () => ({}) };

// A database of an earlier version has its migrations noted under these names; under others all would be done again.
it('notes migrations under the names that databases have already', async () => {
  const database = newDatabase();
  await migrate(database, { provider: nothing, what: 'The policy store' });
  await migrate(database, { provider: nothing, tablePrefix: 'kept', what: 'The store of kept states' });
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  expect(tables.map(({ name }) => name).sort()).toEqual([
    'kept_migrations',
    'kept_migrations_lock',
    'kysely_migration',
    'kysely_migration_lock',
  ]);
  await database.destroy();
});

it('says what cannot be opened, and why', async () => {
  const provider: MigrationProvider = {
    getMigrations: async () => ({ one: { up: () => Promise.reject(new Error('not like this')) } }),
  };
  await expect(migrate(newDatabase(), { provider, what: 'The policy store' })).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringContaining('The policy store cannot be opened: not like this'),
  });
});

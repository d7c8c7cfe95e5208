import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely, MigrationProvider } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GuardedDatabase } from './guarded-database.ts';
import { libsqlDialect } from './libsql-dialect.ts';

interface Tables {
  things: { name: string };
}

const provider: MigrationProvider = {
  getMigrations: async () => ({
    one: {
      up: async (database: Kysely<unknown>) => {
        await database.schema.createTable('things').addColumn('name', 'text').execute();
      },
    },
  }),
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-guarded-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('leaves the fresh connection to those who use it when another failure of the old one comes late', async () => {
  const guarded = await GuardedDatabase.open<Tables>(libsqlDialect(directory), { provider, what: 'The store' });
  let failLate = (): void => {};
  const late = new Promise<void>((_, reject) => {
    failLate = () => reject(new Error('late'));
  });
  const second = guarded.run(() => late).catch((error: unknown) => error);
  await expect(guarded.run(() => Promise.reject(new Error('first')))).rejects.toMatchObject({ code: 'STORE_FAILED' });
  const asked = guarded.run(async (database) => {
    const things = () => database.selectFrom('things').selectAll().execute();
    await things();
    failLate();
    expect(await second).toMatchObject({ code: 'STORE_FAILED' });
    return things();
  });
  await expect(asked).resolves.toEqual([]);
  await guarded.close();
});

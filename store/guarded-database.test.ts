import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, type MigrationProvider, type SqliteDatabase, SqliteDialect } from 'kysely';
import type { Database } from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GuardedDatabase } from './guarded-database.ts';
import { libsqlDialect, openDatabase } from './libsql-dialect.ts';

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

it.each<[string, (database: Database) => void]>([
  ['a statement', (database) => void database.pragma('max_page_count = 1')],
  ['the commit', failCommits],
])('says that the disk is full where %s finds it so, and not that SQLite has rolled back already', async (_, fill) => {
  let last: Database | undefined;
  const open = () => {
    last = openDatabase(directory);
    return last as unknown as SqliteDatabase;
  };
  const dialect = new SqliteDialect({ database: async () => open() });
  const guarded = await GuardedDatabase.open<Tables>(dialect, { provider, what: 'The store' });
  const add = (name: string) =>
    guarded.run((database) =>
      database.transaction().execute(async (transaction) => {
        await transaction.insertInto('things').values({ name: 'first' }).execute();
        await transaction.insertInto('things').values({ name }).execute();
      }),
    );
  fill(last!);
  await expect(add('x'.repeat(2 ** 20))).rejects.toMatchObject({
    code: 'STORE_FULL',
    message: 'The store failed: database or disk is full',
  });
  expect(await guarded.run((database) => database.selectFrom('things').selectAll().execute())).toEqual([]);
  await add('second');
  await guarded.close();
});

/** What SQLite does when the log cannot grow: it rolls back, and says so by an error of the commit. */
function failCommits(database: Database): void {
  const prepare = database.prepare.bind(database);
  database.prepare = (text: string) => {
    if (text !== 'commit') return prepare(text);
    database.exec('rollback');
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };
}

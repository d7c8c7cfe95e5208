import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from './libsql-dialect.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-store-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const modes = () =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777]));
const PRIVATE = { 'one.db': 0o600, 'one.db-shm': 0o600, 'one.db-wal': 0o600 };

it('lets only its owner read the database, its log and its shared memory', () => {
  const database = openDatabase(directory, { file: 'one.db' });
  database.exec('create table t (a)');
  expect(modes()).toEqual(PRIVATE);
  database.close();
});

it('takes the files of an earlier version back from others', () => {
  const before = openDatabase(directory, { file: 'one.db' });
  before.exec('create table t (a)');
  for (const name of Object.keys(PRIVATE)) chmodSync(join(directory, name), 0o644);
  const after = openDatabase(directory, { file: 'one.db' });
  expect(modes()).toEqual(PRIVATE);
  expect(after.prepare('select count(*) as n from t').get()).toMatchObject({ n: 0 });
  after.close();
  before.close();
});

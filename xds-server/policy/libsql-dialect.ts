import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Dialect, type SqliteDatabase, SqliteDialect } from 'kysely';
import Database from 'libsql';

/** A second process on the same file (a backup, a look inside) may hold it for a moment. Waiting blocks the process. */
const BUSY_TIMEOUT_MS = 200;

/** Kysely over an embedded SQLite file. PostgreSQL needs a sibling of this file and nothing else. */
export function libsqlDialect(directory: string): Dialect {
  // libsql's types are those of an old better-sqlite3; all that Kysely calls is there.
  return new SqliteDialect({ database: async () => openDatabase(directory) as unknown as SqliteDatabase });
}

/** Opens or creates the database. An acknowledged write is on disk (WAL, synchronous=FULL), so it survives kill -9. */
export function openDatabase(directory: string): Database.Database {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const database = new Database(join(directory, 'shadowplane.db'), { timeout: BUSY_TIMEOUT_MS });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  return database;
}

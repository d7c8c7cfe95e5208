import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Dialect, type SqliteDatabase, SqliteDialect } from 'kysely';
import Database from 'libsql';

/** A second process on the same file (a backup, a look inside) may hold it for a moment. Waiting blocks the process. */
const BUSY_TIMEOUT_MS = 200;
const OWNER_ONLY = 0o600;

export interface LibsqlOptions {
  /** Name of the file in the directory. Rooms that write at their own pace have files of their own. */
  readonly file?: string;
  /**
   * `full`: an acknowledged write survives a power cut. `normal`: it survives the end of the process (kill -9), and a
   * power cut takes at most the latest writes; costs no wait for the disk. Default: `full`.
   */
  readonly durability?: 'full' | 'normal';
}

/** Kysely over an embedded SQLite file; postgres-dialect.ts is its sibling. */
export function libsqlDialect(directory: string, options: LibsqlOptions = {}): Dialect {
  // libsql's types are those of an old better-sqlite3; all that Kysely calls is there.
  return new SqliteDialect({ database: async () => openDatabase(directory, options) as unknown as SqliteDatabase });
}

/** Opens or creates the database, with a write-ahead log; only its owner may read it, because samples are of real traffic. */
export function openDatabase(directory: string, options: LibsqlOptions = {}): Database.Database {
  const { file = 'shadowplane.db', durability = 'full' } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, file);
  keepPrivate(path);
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${durability}`);
  return database;
}

/**
 * The database makes its log and shared memory with the mode of the file itself; those of before may have another. A file
 * that is there is not opened here: closing it again would drop the locks that this process may have on it.
 */
function keepPrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', OWNER_ONLY));
  for (const each of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(each)) chmodSync(each, OWNER_ONLY);
}

import { type Dialect, PostgresDialect } from 'kysely';

/** One process writes at its own pace and people read: a few connections are plenty. */
const MAX_CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** A statement that hangs (a lock, a dead network) must not hold a flush for ever. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** Kysely over PostgreSQL at a URL such as `postgres://user@host/database`; libsql-dialect.ts is its sibling. */
export function postgresDialect(url: string): Dialect {
  return new PostgresDialect({
    pool: async () => {
      // Loaded when it is used: most installations never do.
      const { default: pg } = await import('pg');
      const pool = new pg.Pool({
        connectionString: url,
        max: MAX_CONNECTIONS,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        application_name: 'shadowplane',
        // Counts are 64 bits in the database and numbers here, as SQLite gives them.
        types: {
          getTypeParser: (type, format) =>
            type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
        },
      });
      // A connection that breaks while idle is replaced by the pool; unheard, its error would end the process.
      pool.on('error', () => {});
      return pool;
    },
  });
}

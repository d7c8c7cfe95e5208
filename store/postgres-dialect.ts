/**
 * Kysely over PostgreSQL; libsql-dialect.ts is its sibling. Nothing waits for ever for a server that takes connections and
 * never answers, or for a network that has died, and a connection that breaks never ends the process.
 */
import { Socket } from 'node:net';
import { type Dialect, PostgresDialect } from 'kysely';
import { steadyMs } from '../clock/index.ts';

export interface PostgresBounds {
  /** For a connection, a free one of the pool included. */
  readonly connectMs: number;
  /** PostgreSQL itself ends a statement that takes longer: it waits for a lock, for example. */
  readonly statementMs: number;
  /** Beyond what a statement may take; then the connection is given up, because nobody answers on it. */
  readonly graceMs: number;
  /** After a connection was given up whoever asks for one is refused for so long: not all who wait have to find it out anew. */
  readonly restMs: number;
  /** For saying goodbye; what is under way on other connections has that long, too. */
  readonly endMs: number;
}

const BOUNDS: PostgresBounds = Object.freeze({
  connectMs: 5_000,
  statementMs: 10_000,
  graceMs: 2_000,
  restMs: 2_000,
  endMs: 2_000,
});

/** One process writes at its own pace and people read: a few connections are plenty. */
const MAX_CONNECTIONS = 4;
const KEEP_ALIVE_MS = 10_000;

/**
 * At a URL such as `postgres://user@host/database`. Its `connect_timeout` (seconds, as everywhere with PostgreSQL) and
 * `statement_timeout` (milliseconds) go before the bounds given.
 */
export function postgresDialect(url: string, given: Partial<PostgresBounds> = {}): Dialect {
  const { connectMs, statementMs, graceMs, restMs, endMs } = { ...BOUNDS, ...given, ...boundsOf(url) };
  let givenUp: { readonly why: Error; readonly atMs: number } | undefined;
  const giveUp = (why: Error): Error => {
    givenUp = { why, atMs: steadyMs() };
    return why;
  };
  return new PostgresDialect({
    pool: async () => {
      // Loaded when it is used: most installations never do.
      const { default: pg } = await import('pg');
      const sockets = new Set<Socket>();
      const pool = new pg.Pool({
        connectionString: url,
        max: MAX_CONNECTIONS,
        connectionTimeoutMillis: connectMs,
        statement_timeout: statementMs,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
        application_name: 'shadowplane',
        // The driver's own limit of a query would leave the connection in the pool, and its next user behind that query.
        stream: () => impatient(sockets, statementMs + graceMs, giveUp),
        // Counts are 64 bits in the database and numbers here, as SQLite gives them.
        types: {
          getTypeParser: (type, format) =>
            type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
        },
      });
      // A connection that breaks is replaced by the pool, and who uses it just then is told by what fails; its error, unheard,
      // would end the process: the pool hears those that are idle, nobody those that are in use.
      pool.on('error', () => {});
      pool.on('connect', (client) => client.on('error', () => {}));
      return {
        connect: async () => {
          if (givenUp && steadyMs() - givenUp.atMs < restMs) throw givenUp.why;
          const askedAtMs = steadyMs();
          return pool.connect().catch((error: Error) => {
            // Who is refused at once, because PostgreSQL is just starting, for example, holds up nobody.
            throw steadyMs() - askedAtMs < 0.9 * connectMs ? error : giveUp(error);
          });
        },
        end: () => {
          // What has not said goodbye by then never will. Whether that keeps the process is for the sockets to say.
          setTimeout(() => {
            for (const socket of sockets) socket.destroy();
          }, endMs).unref();
          return pool.end();
        },
      };
    },
  });
}

/** A socket that ends when nothing has come or gone for so long. Idle ones are closed by the pool before. */
function impatient(sockets: Set<Socket>, silentMs: number, giveUp: (why: Error) => Error): Socket {
  const socket = new Socket();
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  const seconds = silentMs / 1_000;
  const why = () => giveUp(new Error(`PostgreSQL has not answered for ${seconds} s`));
  socket.setTimeout(silentMs, () => socket.destroy(why()));
  return socket;
}

/** `0`, which means no limit to PostgreSQL, is none of ours. */
function boundsOf(url: string): Partial<PostgresBounds> {
  const { searchParams } = new URL(url);
  const [connectS, statementMs] = ['connect_timeout', 'statement_timeout'].map((name) =>
    Number(searchParams.get(name)),
  );
  return { ...(connectS && { connectMs: connectS * 1_000 }), ...(statementMs && { statementMs }) };
}

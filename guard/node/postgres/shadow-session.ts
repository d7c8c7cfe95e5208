import { ShadowplaneError } from '../../../errors/index.ts';
import type { ShadowGuard } from '../shadow-guard.ts';
import type { ClientLike, ShadowConnection } from './shadow-connection.ts';
import { readStatements, type Statement } from './sql.ts';

/** The part of a result of `pg` that is needed. */
interface ResultLike {
  command: string | null;
  rowCount?: number | null;
}

const BLOCK = 'shadowplane_block';
const STATEMENT = 'shadowplane_statement';
const READS =
  /^(SELECT|SHOW|SET|RESET|EXPLAIN|FETCH|MOVE|DECLARE|CLOSE|PREPARE|DEALLOCATE|LOCK|DO|CALL|UNLISTEN|DISCARD)$/;

/**
 * What a service believes to be a connection of its own: BEGIN, COMMIT, ROLLBACK and savepoints behave as PostgreSQL's do,
 * down to the errors, but its transactions are savepoints of the one that is rolled back.
 */
export class ShadowSession {
  readonly #guard: ShadowGuard;
  readonly #connection: ShadowConnection;
  /** `failed`: a statement failed, and until the transaction's end PostgreSQL would answer nothing else. */
  #block: 'none' | 'open' | 'failed' = 'none';
  #endBlock = () => {};

  constructor(guard: ShadowGuard, connection: ShadowConnection) {
    this.#guard = guard;
    this.#connection = connection;
  }

  async query(query: unknown, values?: unknown): Promise<unknown> {
    if (typeof (query as { submit?: unknown } | null)?.submit === 'function') {
      throw refused('cursors, query streams and COPY streams cannot share the connection of shadow work');
    }
    const statements = readStatements(textOf(query));
    for (const { refusal } of statements) if (refusal) throw refused(refusal);
    if (statements.length <= 1 || statements.every(({ kind }) => kind === 'plain')) {
      return this.#run(
        statements[0],
        () => [query, values],
        statements.some(({ writesWithin }) => writesWithin),
      );
    }
    const results: unknown[] = [];
    for (const statement of statements) {
      results.push(await this.#run(statement, () => [statement.text, undefined], statement.writesWithin));
    }
    return results;
  }

  /** What the service left open is rolled back, as PostgreSQL does when a connection closes. */
  async release(): Promise<void> {
    if (this.#block !== 'none') await this.#rollback();
  }

  #run(statement: Statement | undefined, request: () => [unknown, unknown], writesWithin: boolean): Promise<unknown> {
    switch (statement?.kind) {
      case 'begin':
        return this.#begin();
      case 'commit':
        return this.#end(statement.chained, () => this.#commit());
      case 'rollback':
        return this.#end(statement.chained, () => this.#rollback());
      case 'savepoint':
        return this.#savepoint(statement.text);
      case 'set-transaction':
        return Promise.resolve(answer('SET'));
      case 'check-constraints':
        return this.#statement((client) => this.#connection.checkConstraints(client).then(() => answer('SET')));
      default:
        return this.#statement(async (client) => {
          const result = await client.query(...request());
          this.#count(result, writesWithin);
          return result;
        });
    }
  }

  async #begin(): Promise<ResultLike> {
    if (this.#block === 'none') {
      const end = await this.#connection.beginBlock();
      try {
        await this.#connection.exclusively((client) => client.query(`SAVEPOINT ${BLOCK}`));
      } catch (error) {
        end();
        throw error;
      }
      this.#endBlock = end;
      this.#block = 'open';
    }
    return answer('BEGIN');
  }

  async #end(chained: boolean, end: () => Promise<ResultLike>): Promise<ResultLike> {
    const result = await end();
    if (chained) await this.#begin();
    return result;
  }

  async #commit(): Promise<ResultLike> {
    if (this.#block === 'none') return answer('COMMIT');
    if (this.#block === 'failed') return this.#rollback();
    try {
      await this.#connection.exclusively(async (client) => {
        await this.#connection.checkConstraints(client);
        await client.query(`RELEASE SAVEPOINT ${BLOCK}`);
      });
    } catch (error) {
      await this.#rollback();
      throw error;
    }
    this.#leaveBlock();
    return answer('COMMIT');
  }

  async #rollback(): Promise<ResultLike> {
    if (this.#block !== 'none') {
      try {
        await this.#connection.exclusively((client) =>
          client.query(`ROLLBACK TO SAVEPOINT ${BLOCK}; RELEASE SAVEPOINT ${BLOCK}`),
        );
      } finally {
        this.#leaveBlock();
      }
    }
    return answer('ROLLBACK');
  }

  #leaveBlock(): void {
    this.#block = 'none';
    this.#endBlock();
  }

  /** The service's own savepoints: not wrapped in one of ours, which would take them along when it is released. */
  #savepoint(text: string): Promise<unknown> {
    if (this.#block === 'none') throw postgresError('25P01', 'savepoints can only be used in transaction blocks');
    const recovers = /^\W*(ROLLBACK|ABORT)/i.test(text);
    if (this.#block === 'failed' && !recovers) throw aborted();
    return this.#connection.exclusively(async (client) => {
      try {
        const result = await client.query(text);
        this.#block = 'open';
        return result;
      } catch (error) {
        await client.query(`ROLLBACK TO SAVEPOINT ${BLOCK}`);
        this.#block = 'failed';
        throw error;
      }
    });
  }

  /** A statement by itself is checked as at its commit; one in a transaction fails the transaction. */
  #statement(work: (client: ClientLike) => Promise<unknown>): Promise<unknown> {
    return this.#connection.exclusively(async (client) => {
      if (this.#block === 'failed') throw aborted();
      try {
        return await this.#connection.undoable(client, STATEMENT, async () => {
          const result = await work(client);
          if (this.#block === 'none' && asList(result).some(isWrite)) await this.#connection.checkConstraints(client);
          return result;
        });
      } catch (error) {
        if (this.#block === 'open') this.#block = 'failed';
        throw error;
      }
    });
  }

  #count(result: unknown, writesWithin: boolean): void {
    const writes = asList(result).filter(isWrite).length;
    if (writes > 0 || writesWithin) this.#guard.suppressed('postgres', Math.max(1, writes));
  }
}

function asList(result: unknown): readonly ResultLike[] {
  return (Array.isArray(result) ? result : [result]) as ResultLike[];
}

function isWrite(result: ResultLike): boolean {
  return Boolean(result.command) && !READS.test(result.command!) && result.rowCount !== 0;
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  const text = (query as { text?: unknown } | null)?.text;
  if (typeof text === 'string') return text;
  throw refused('only queries that are given as text can be guarded');
}

function answer(command: string): ResultLike {
  return { command, rowCount: null, oid: null, rows: [], fields: [] } as ResultLike;
}

function refused(why: string): ShadowplaneError {
  return new ShadowplaneError('SHADOW_REFUSED', why);
}

function aborted(): Error {
  return postgresError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
}

function postgresError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, severity: 'ERROR' });
}

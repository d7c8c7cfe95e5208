import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Generated, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findPostgres, startPostgres, type TestPostgres } from '../../../compare/store/testing-postgres.ts';
import { createShadowGuard, guardHttp, guardPg, type ShadowGuard, type ShadowGuardOptions } from '../index.ts';
import { FROM_LOOPBACK, MARKED } from '../testing.ts';

const binaries = findPostgres();
if (!binaries)
  process.stderr.write('The PostgreSQL guard is not tested: there is no PostgreSQL server on this machine.\n');

describe.skipIf(!binaries)('PostgreSQL', () => {
  let postgres: TestPostgres;
  let admin: pg.Pool;

  beforeAll(async () => {
    postgres = await startPostgres(binaries!);
    admin = new pg.Pool({ connectionString: postgres.url, max: 2 });
    // The server may be stopped before the last connection has said goodbye.
    admin.on('error', () => {});
    await admin.query(`
      CREATE TABLE orders (id serial PRIMARY KEY, item text NOT NULL UNIQUE, amount int CHECK (amount > 0));
      CREATE TABLE order_lines (order_id int REFERENCES orders DEFERRABLE INITIALLY DEFERRED, line text);
      CREATE SEQUENCE numbers;
      CREATE PROCEDURE commit_it() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO orders (item) VALUES ('p'); COMMIT; END $$`);
  });
  afterAll(async () => {
    await admin.end();
    await postgres.stop();
  });
  beforeEach(async () => {
    await admin.query('TRUNCATE orders, order_lines');
  });

  const persisted = async () => {
    const { rows } = await admin.query('SELECT item FROM orders UNION ALL SELECT line FROM order_lines');
    return rows.map(({ item }) => item);
  };
  const poolOf = (guard: ShadowGuard | undefined, max = 4, options = {}) => {
    const pool = new pg.Pool({ connectionString: postgres.url, max });
    pool.on('error', () => {});
    onTestFinished(() => pool.end());
    return guard ? guardPg(guard, pool, options) : pool;
  };
  const shadow = () => createShadowGuard({ environment: {} });

  /** An order service as they are: a transaction over a client of its own, reads and writes over the pool. */
  async function orderService(guard: ShadowGuard | undefined, pool: pg.Pool): Promise<string> {
    const handle = async (_request: IncomingMessage, response: ServerResponse) => {
      const client = await pool.connect();
      let id: number;
      try {
        await client.query('BEGIN');
        const order = await client.query('INSERT INTO orders (item, amount) VALUES ($1, $2) RETURNING id', ['lamp', 2]);
        id = order.rows[0].id;
        await client.query({ text: 'INSERT INTO order_lines VALUES ($1, $2)', values: [id, 'line'] });
        await client.query('COMMIT');
      } finally {
        client.release();
      }
      await pool.query('UPDATE orders SET amount = amount + 1 WHERE id = $1', [id]);
      const { rows } = await pool.query('SELECT item, amount FROM orders WHERE id = $1', [id]);
      response.end(JSON.stringify(rows[0]));
    };
    const server = createServer(guard ? guardHttp(guard, handle) : handle).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const order = async (base: string, init: RequestInit = {}) => (await fetch(base, { method: 'POST', ...init })).json();
  const ANSWER = { item: 'lamp', amount: 3 };

  it.each<[string, ShadowGuardOptions, RequestInit]>([
    ['SHADOW_MODE=true', { environment: { SHADOW_MODE: 'true' } }, {}],
    ['the marker of a trusted proxy', FROM_LOOPBACK, MARKED],
  ])('an order service persists nothing with %s, and answers as if it did', async (_name, options, init) => {
    const guard = createShadowGuard(options);
    const pool = poolOf(guard);
    const base = await orderService(guard, pool);
    expect(await Promise.all([order(base, init), order(base, init)])).toEqual([ANSWER, ANSWER]);
    await expect.poll(() => pool.idleCount).toBe(pool.totalCount);
    expect(await persisted()).toEqual([]);
    expect(guard.suppressedCounts.get('postgres')).toBe(6);
    expect(guard.probe(true).covers).toEqual(['postgres']);
  });

  it('the same service persists its order without the guard, and when the request is not marked', async () => {
    expect(await order(await orderService(undefined, poolOf(undefined)))).toEqual(ANSWER);
    expect(await persisted()).toEqual(['lamp', 'line']);
    await admin.query('TRUNCATE orders, order_lines');
    const guard = createShadowGuard(FROM_LOOPBACK);
    expect(await order(await orderService(guard, poolOf(guard)))).toEqual(ANSWER);
    expect(await persisted()).toEqual(['lamp', 'line']);
    expect(guard.suppressedCounts.size).toBe(0);
  });

  it('marked and unmarked requests at the same time over two connections: exactly the unmarked ones persist', async () => {
    const guard = createShadowGuard(FROM_LOOPBACK);
    const pool = poolOf(guard, 2);
    const handle = guardHttp(guard, (request, response) => {
      // By callback: whoever releases a connection calls the next one in line.
      pool.connect((error, client, release) => {
        if (error) throw error;
        client!.query('INSERT INTO orders (item) VALUES ($1)', [request.url], () => {
          release();
          pool.query('SELECT FROM orders WHERE item = $1', [request.url], (_error, { rowCount }) => {
            pool.query('INSERT INTO order_lines (line) VALUES ($1)', [`${request.url}`], () =>
              response.end(`${rowCount}`),
            );
          });
        });
      });
    });
    const server = createServer(handle).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    const answers = await Promise.all(
      numbers.map(async (index) => (await fetch(`${base}/${index}`, index % 2 ? MARKED : {})).text()),
    );
    expect(answers).toEqual(numbers.map(() => '1'));
    const unmarked = numbers.filter((index) => index % 2 === 0).map((index) => `/${index}`);
    expect((await persisted()).sort()).toEqual([...unmarked, ...unmarked].sort());
  });

  it('a failed statement fails its transaction and nothing else, with the errors of PostgreSQL', async () => {
    const guard = shadow();
    const pool = poolOf(guard);
    await guard.runShadow(async () => {
      await pool.query("INSERT INTO orders (item) VALUES ('first')");
      await expect(pool.query("INSERT INTO orders (item) VALUES ('first')")).rejects.toMatchObject({ code: '23505' });
      const client = await pool.connect();
      await client.query('BEGIN');
      await client.query("INSERT INTO orders (item) VALUES ('second')");
      await client.query('SAVEPOINT mine');
      await expect(client.query('INSERT INTO orders VALUES (0)')).rejects.toMatchObject({ code: '23502' });
      await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
      await client.query('ROLLBACK TO mine');
      await client.query("INSERT INTO orders (item) VALUES ('third')");
      await expect(client.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
      expect((await client.query('COMMIT')).command).toBe('ROLLBACK');
      client.release();
      expect((await pool.query('SELECT item FROM orders')).rows).toEqual([{ item: 'first' }]);
      await expect(pool.query('SAVEPOINT mine')).rejects.toMatchObject({ code: '25P01' });
    });
    expect(await persisted()).toEqual([]);
  });

  it('deferred constraints are checked where a commit would check them', async () => {
    const guard = shadow();
    const pool = poolOf(guard);
    await guard.runShadow(async () => {
      await expect(pool.query('INSERT INTO order_lines VALUES (-1)')).rejects.toMatchObject({ code: '23503' });
      const client = await pool.connect();
      await client.query('BEGIN');
      await client.query('INSERT INTO order_lines VALUES (7)');
      await client.query("INSERT INTO orders (id, item) VALUES (7, 'late')");
      expect((await client.query('COMMIT')).command).toBe('COMMIT');
      await client.query('BEGIN; INSERT INTO order_lines VALUES (8)');
      await expect(client.query('COMMIT')).rejects.toMatchObject({ code: '23503' });
      client.release();
      expect((await pool.query('SELECT order_id FROM order_lines')).rows).toEqual([{ order_id: 7 }]);
    });
    expect(await persisted()).toEqual([]);
  });

  it.each([
    ['BEGIN; INSERT INTO orders (item) VALUES (1); COMMIT; INSERT INTO orders (item) VALUES (2); COMMIT AND CHAIN'],
    ['/* ; */ begin; insert into orders (item) values ($$;commit;$$); -- end\n end; abort'],
    ["DO $x$ BEGIN INSERT INTO orders (item) VALUES ('do'); COMMIT; END $x$"],
    ['CALL commit_it()'],
    ['WITH i AS (INSERT INTO orders (item) VALUES (1) RETURNING *) SELECT * FROM i'],
    ['CREATE TABLE more AS SELECT 1'],
    ["COMMIT PREPARED 'x'"],
    ["COPY (SELECT 1) TO PROGRAM 'cat'"],
    ["SELECT setval('numbers', 99)"],
    ['LISTEN orders'],
    ['VACUUM orders'],
  ])('nothing of this persists: %s', async (text) => {
    const guard = shadow();
    const pool = poolOf(guard);
    await guard.runShadow(async () => {
      await pool.query(text).catch(() => {});
      await pool.query("INSERT INTO orders (item) VALUES ('after')").catch(() => {});
    });
    expect(await persisted()).toEqual([]);
    const { rows } = await admin.query("SELECT last_value, to_regclass('more') AS more FROM numbers");
    expect(rows).toEqual([{ last_value: '1', more: null }]);
    await expect.poll(() => pool.idleCount).toBe(pool.totalCount);
  });

  it('the database itself refuses a commit that nobody recognised', async () => {
    const guard = shadow();
    const pool = poolOf(guard);
    await guard.runShadow(async () => {
      await pool.query("INSERT INTO orders (item) VALUES ('x')");
      await pool.query('SET standard_conforming_strings = off');
      // With that setting, the string ends at the third quote, and what looks like its middle is a COMMIT.
      await expect(pool.query("SELECT '\\''; COMMIT; --'")).rejects.toMatchObject({ code: 'SHADOW_REFUSED' });
      await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'SHADOW_REFUSED' });
    });
    expect(await persisted()).toEqual([]);
    expect(pool.totalCount).toBe(0);
  });

  it('a connection is cut when the work does not end, and advisory locks go with it', async () => {
    const guard = shadow();
    const pool = poolOf(guard, 1, { maxTransactionMs: 200 });
    await guard.runShadow(async () => {
      await pool.query('SELECT pg_advisory_lock(1)');
      await expect(pool.query('SELECT pg_sleep(10)')).rejects.toMatchObject({ code: 'SHADOW_REFUSED' });
    });
    const isFree = async () => (await pool.query('SELECT pg_try_advisory_lock(1) AS free')).rows[0].free;
    await expect.poll(isFree).toBe(true);
  });

  it('two transactions of one request take turns, and one that waits for itself is told so', async () => {
    const guard = shadow();
    const pool = poolOf(guard, 2, { maxWaitMs: 100 });
    await guard.runShadow(async () => {
      const [first, second] = await Promise.all([pool.connect(), pool.connect()]);
      await first.query('BEGIN');
      await expect(second.query('BEGIN')).rejects.toThrow(/two transactions of one request/);
      const waiting = second.query('BEGIN');
      await first.query('ROLLBACK');
      expect((await waiting).command).toBe('BEGIN');
      first.release();
      second.release();
      expect(() => second.release()).toThrow(/already been released/);
    });
    await expect.poll(() => pool.idleCount).toBe(pool.totalCount);
  });

  it('work after the end of a request is rolled back by itself', async () => {
    const guard = shadow();
    const pool = poolOf(guard);
    let late: Promise<unknown> | undefined;
    let begin = () => {};
    await guard.runShadow(async () => {
      const ended = new Promise<void>((resolve) => {
        begin = resolve;
      });
      late = ended.then(() => pool.query("INSERT INTO orders (item) VALUES ('late')"));
    });
    begin();
    await late;
    expect(guard.suppressedCounts.get('postgres')).toBe(1);
    expect(await persisted()).toEqual([]);
  });

  it('a query builder that keeps clients of its own works as it does elsewhere', async () => {
    const guard = shadow();
    const pool = poolOf(guard);
    const database = new Kysely<{ orders: { id: Generated<number>; item: string; amount: number } }>({
      dialect: new PostgresDialect({ pool }),
    });
    const insert = (on: typeof database, item: string) => on.insertInto('orders').values({ item, amount: 1 }).execute();
    const items = () => database.selectFrom('orders').select('item').execute();
    await guard.runShadow(async () => {
      await database
        .transaction()
        .setIsolationLevel('serializable')
        .execute((transaction) => insert(transaction, 'kept'));
      const failing = database.transaction().execute(async (transaction) => {
        await insert(transaction, 'undone');
        await insert(transaction, 'kept');
      });
      await expect(failing).rejects.toMatchObject({ code: '23505' });
      expect(await items()).toEqual([{ item: 'kept' }]);
    });
    expect(await items()).toEqual([]);
    await database.transaction().execute((transaction) => insert(transaction, 'real'));
    expect(await persisted()).toEqual(['real']);
  });

  it('writes are noted on the span', async () => {
    const attributes: [string, unknown][] = [];
    const activeSpan = () => ({ setAttribute: (key: string, value: unknown) => attributes.push([key, value]) });
    const guard = createShadowGuard({ environment: {}, activeSpan });
    const pool = poolOf(guard);
    await guard.runShadow(() => pool.query('SELECT 1'));
    expect(attributes).toEqual([['shadow_mode', true]]);
    await guard.runShadow(() => pool.query("INSERT INTO orders (item) VALUES ('x')"));
    expect(attributes.at(-1)).toEqual(['db.write_suppressed', true]);
  });
});

/** docs/guard-database-role.md, run: with the role that it makes, nothing is persisted even where the guard is off. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findPostgres, startPostgres, type TestPostgres } from '../../../compare/store/testing-postgres.ts';
import { createShadowGuard, guardHttp, guardPg } from '../index.ts';

const binaries = findPostgres();
if (!binaries)
  process.stderr.write('The read-only role is not tested: there is no PostgreSQL server on this machine.\n');

const page = readFileSync(new URL('../../../docs/guard-database-role.md', import.meta.url), 'utf8');
const [role = '', everybody = '', definers = ''] = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql!);

/** Each would leave something behind, in a table or elsewhere. */
const WRITES = [
  "INSERT INTO orders (item) VALUES ('lamp')",
  "UPDATE orders SET item = 'changed'",
  'DELETE FROM orders',
  'TRUNCATE orders',
  "WITH changed AS (UPDATE orders SET item = 'w' RETURNING id) SELECT * FROM changed",
  'SELECT * FROM orders FOR UPDATE',
  "SELECT nextval('orders_id_seq')",
  "SELECT setval('orders_id_seq', 100)",
  'CREATE TABLE mine (x int)',
  'CREATE TEMPORARY TABLE mine (x int)',
  'CREATE SCHEMA mine',
  'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
  'ALTER TABLE orders ADD COLUMN mine int',
  'DROP TABLE orders',
  'SELECT lo_create(0)',
  "SELECT lo_from_bytea(0, 'x')",
  "COPY orders FROM PROGRAM 'echo'",
  "COMMENT ON TABLE orders IS 'mine'",
  'REFRESH MATERIALIZED VIEW order_counts',
  'SET ROLE order_owner; DELETE FROM orders',
];

describe.skipIf(!binaries)('the role of docs/guard-database-role.md', () => {
  let postgres: TestPostgres;
  let admin: pg.Client;

  const urlOf = (user: string) => postgres.url.replace('shadowplane@', `${user}@`).replace(/postgres$/, 'orders');
  const clientOf = async (user: string) => {
    const client = new pg.Client({ connectionString: urlOf(user) });
    await client.connect();
    return client;
  };
  /** Everything that a write could have left in the database. */
  const everything = async () => {
    const { rows } = await admin.query(`SELECT
      (SELECT string_agg(o::text, ',' ORDER BY id) FROM orders o) AS rows,
      (SELECT last_value FROM orders_id_seq) AS sequence,
      (SELECT count(*) FROM pg_class) AS tables, (SELECT count(*) FROM pg_proc) AS functions,
      (SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_') AS schemas,
      (SELECT count(*) FROM pg_attribute) AS columns, (SELECT count(*) FROM pg_description) AS comments,
      (SELECT count(*) FROM pg_largeobject_metadata) AS large_objects,
      (SELECT relacl::text FROM pg_class WHERE relname = 'orders') AS granted,
      (SELECT n FROM order_counts) AS counted`);
    return rows[0];
  };

  beforeAll(async () => {
    postgres = await startPostgres(binaries!);
    const server = new pg.Client({ connectionString: postgres.url });
    await server.connect();
    await server.query('CREATE ROLE order_owner LOGIN');
    await server.query('CREATE ROLE order_service LOGIN');
    await server.query('CREATE DATABASE orders OWNER order_owner');
    await server.end();
    const owner = await clientOf('order_owner');
    await owner.query(`
      CREATE TABLE orders (id serial PRIMARY KEY, item text);
      INSERT INTO orders (item) VALUES ('chair'), ('table');
      CREATE MATERIALIZED VIEW order_counts AS SELECT count(*) AS n FROM orders;
      GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO order_service;
      GRANT USAGE ON SEQUENCE orders_id_seq TO order_service;
      CREATE FUNCTION place(item text) RETURNS void LANGUAGE sql SECURITY DEFINER
        AS $$ INSERT INTO orders (item) VALUES (item) $$`);
    await owner.end();
    admin = await clientOf('shadowplane');
    await admin.query(role);
    await admin.query(everybody);
    // A superuser may become anybody, and its default privileges are its own: what comes later is the owner's.
    const later = await clientOf('order_owner');
    await later.query("CREATE TABLE later AS SELECT 'new' AS item");
    await later.end();
  });
  afterAll(async () => {
    await admin?.end();
    await postgres?.stop();
  });

  it('reads, also tables that are made later', async () => {
    const client = await clientOf('order_shadow');
    onTestFinished(() => client.end());
    expect((await client.query('SELECT item FROM orders ORDER BY id')).rows).toEqual([
      { item: 'chair' },
      { item: 'table' },
    ]);
    expect((await client.query('SELECT item FROM later')).rows).toEqual([{ item: 'new' }]);
  });

  it.each(['as it comes', 'after BEGIN READ WRITE', 'after SET default_transaction_read_only = off'])(
    'writes nothing %s',
    async (how) => {
      const before = await everything();
      const client = await clientOf('order_shadow');
      onTestFinished(() => client.end());
      if (how.includes('SET')) await client.query('SET default_transaction_read_only = off');
      for (const write of WRITES) {
        if (how.includes('BEGIN')) await client.query('BEGIN READ WRITE');
        await expect(client.query(write), write).rejects.toThrow(
          /permission denied|must be owner|must be superuser|read-only/,
        );
        await client.query(how.includes('BEGIN') ? 'COMMIT' : 'RESET ROLE');
      }
      expect(await everything()).toEqual(before);
    },
  );

  it('writes nothing through a service whose guard is off, where the role of the real service does', async () => {
    const before = await everything();
    const order = async (user: string) => {
      const pool = new pg.Pool({ connectionString: urlOf(user), max: 2 });
      const server = createServer((_, response) => {
        pool.query("INSERT INTO orders (item) VALUES ('lamp')").then(
          () => response.writeHead(201).end(),
          () => response.writeHead(500).end(),
        );
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const { status } = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers: { 'x-shadow': 'true' } });
      server.closeAllConnections();
      server.close();
      await pool.end();
      return status;
    };
    expect(await order('order_shadow')).toBe(500);
    expect(await everything()).toEqual(before);
    expect(await order('order_service')).toBe(201);
    expect(await everything()).not.toEqual(before);
  });

  it('serves the guard, which then has nothing to roll back', async () => {
    const guard = createShadowGuard({ environment: { SHADOW_MODE: 'true' } });
    const pool = guardPg(guard, new pg.Pool({ connectionString: urlOf('order_shadow'), max: 2 }));
    onTestFinished(() => pool.end());
    const handler = guardHttp(guard, (_, response) => {
      pool.query('SELECT count(*)::int AS n FROM orders').then(
        ({ rows }) => response.end(JSON.stringify(rows[0])),
        (error: Error) => response.writeHead(500).end(error.message),
      );
    });
    const server = createServer(handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await answer.json()).toEqual({ n: expect.any(Number) });
  });

  it('finds functions that write for whoever calls them', async () => {
    expect((await admin.query(definers)).rows).toEqual([{ function: 'place(text)', runs_as: 'order_owner' }]);
    await admin.query('REVOKE EXECUTE ON FUNCTION place(text) FROM PUBLIC');
    expect((await admin.query(definers)).rows).toEqual([]);
    const client = await clientOf('order_shadow');
    onTestFinished(() => client.end());
    await client.query('SET default_transaction_read_only = off');
    await expect(client.query("SELECT place('lamp')")).rejects.toThrow('permission denied');
  });
});

/** A store that cannot be written to refuses writes, and nothing else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SqliteDatabase, SqliteDialect } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../store/index.ts';
import { PolicyStore } from '../policy/index.ts';
import { startTestApi, type TestApi, testDocument } from './testing.ts';

let directory: string;
let store: PolicyStore;
let api: TestApi;
let pragma: string | undefined;
let served: string[];

beforeEach(async () => {
  pragma = undefined;
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-faults-'));
  const open = () => {
    const database = openDatabase(directory);
    if (pragma !== undefined) database.pragma(pragma);
    return database as unknown as SqliteDatabase;
  };
  // After a failure the store begins with a fresh connection, which meets the same fault.
  store = await PolicyStore.open({ directory, dialect: new SqliteDialect({ database: async () => open() }) });
  await store.write('test', testDocument);
  api = await startTestApi({ store });
  served = [];
  store.onChange(({ document }) => served.push(document.mirrors!.orders!.sample!));
});
afterEach(async () => {
  await api.close();
  await store.close();
  rmSync(directory, { recursive: true });
});

async function call(method: 'GET' | 'PATCH' | 'POST', url: string, payload?: object) {
  const options = { method, url: `/api/v1${url}`, headers: { host: 'localhost' } };
  const response = await api.app.inject(payload === undefined ? options : { ...options, payload });
  return { status: response.statusCode, body: response.json() };
}

/** Makes the connection in use fail, then every next one. */
async function breakStore(fault: string): Promise<void> {
  pragma = fault;
  const other = openDatabase(directory);
  other.exec('begin immediate');
  await call('PATCH', '/mirrors/orders', { sample: '1%' });
  other.exec('rollback');
  other.close();
}

it.each([
  ['full', 'max_page_count = 1', 507, 'STORE_FULL'],
  ['read-only', 'query_only = 1', 503, 'STORE_FAILED'],
])('%s: writes are refused, reading goes on, and so do writes once it is well', async (_, fault, status, code) => {
  await breakStore(fault);
  const big = { headers: { set: { 'x-big': 'x'.repeat(4_000) } } };
  for (const [method, url, body] of [
    ['PATCH', '/mirrors/orders', big],
    ['PATCH', '/mirrors/orders?wait=1s', big],
  ] as const) {
    const answer = await call(method, url, body);
    expect([answer.status, answer.body.code], url).toEqual([status, code]);
  }
  for (const url of ['/config', '/mirrors/orders', '/revisions', '/mirrors/orders/history', '/envoys']) {
    expect((await call('GET', url)).status, url).toBe(200);
  }
  expect([store.current.revision, served]).toEqual([1, []]);
  pragma = undefined;
  await call('PATCH', '/mirrors/orders', big);
  expect((await call('PATCH', '/mirrors/orders', { sample: '7%' })).body).toMatchObject({ sample: '7%' });
});

it('what an Envoy rejects is told in its words also when it cannot be taken back', async () => {
  let broken: Promise<void> | undefined;
  api.applied = async () => {
    broken ??= breakStore('query_only = 1');
    await broken;
    return { acked: 0, of: 1, tookMs: 1, rejection: { node: 'edge-1', message: 'bad cluster' } };
  };
  const { status, body } = await call('PATCH', '/mirrors/orders?wait=1s', { sample: '6%' });
  expect([status, body.code, body.revision]).toEqual([422, 'ENVOY_REJECTED', 2]);
  expect(body.detail).toMatch(/^edge-1: bad cluster; it could not be taken back: .*readonly/);
});

/** What is stored is there again after a restart, in files and in PostgreSQL; and what a URL keeps secret stays so. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPostgres, startPostgres, type TestPostgres } from '../compare/store/testing-postgres.ts';
import { ensureFilter } from '../filter/index.ts';
import { filterModule, type RunningShadowplane, startShadowplane } from './index.ts';

const POLICY = `default: v1
services:
  v1: { address: 127.0.0.1:1 }
  v2: { address: 127.0.0.1:2 }
mirrors:
  orders: { match: { path: /api/orders }, primary: v1, shadow: v2, sample: 5% }
`;
const PASSWORD = 'hunter2secret';

let dir: string;
let running: RunningShadowplane | undefined;
let logged: string;
beforeEach(() => {
  logged = '';
  dir = mkdtempSync(join(tmpdir(), 'shadowplane-server-'));
  writeFileSync(join(dir, 'shadowplane.yaml'), POLICY);
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  rmSync(dir, { recursive: true, force: true });
});

function log(line: string): void {
  logged += line;
}

async function start(storeUrl: string | undefined): Promise<RunningShadowplane> {
  running = await startShadowplane({
    policyFile: join(dir, 'shadowplane.yaml'),
    dataDir: join(dir, 'data'),
    storeUrl,
    compare: { listen: { host: '127.0.0.1', port: 0 } },
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    filterWasmPath: await ensureFilter(filterModule(true)),
    logger: pino({ level: 'trace' }, { write: (line: string) => log(line) }),
  });
  return running;
}

async function call(
  method: string,
  path: string,
  body?: object,
  of = '/mirrors/orders',
): Promise<Record<string, unknown>> {
  const response = await fetch(`http://${running!.apiAddress}/api/v1${of}${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}`).toBe(true);
  return (await response.json()) as Record<string, unknown>;
}

const binaries = findPostgres();

describe.each([
  ['files', true],
  ['PostgreSQL', binaries !== undefined],
])('in %s', (name, isThere) => {
  let postgres: TestPostgres | undefined;
  beforeAll(async () => {
    if (name === 'PostgreSQL' && binaries) postgres = await startPostgres(binaries);
  });
  afterAll(async () => {
    await postgres?.stop();
  });

  it.skipIf(!isThere)('changes of the policy, rules and what was done to the filter survive a restart', async () => {
    const url = postgres?.url.replace('shadowplane@', `shadowplane:${PASSWORD}@`);
    await start(url);
    const { revision } = await call('PATCH', '', { sample: '7%' });
    await call('POST', '/revive', { role: 'shadow' }, '/filter');
    const rule = await call('POST', '/rules', { effect: 'ignore', path: '/at', reason: 'a clock' });
    await running?.close();
    await start(url);
    expect(await call('GET', '')).toMatchObject({ revision, sample: '7%' });
    expect(await call('GET', '/rules')).toEqual({ items: [rule] });
    expect(await call('GET', '', undefined, '/filter')).toMatchObject({ items: [{ revivals: 0 }, { revivals: 1 }] });
    expect(logged).not.toContain(PASSWORD);
  });
});

it.each([
  ['nobody listens there', `postgres://ann:${PASSWORD}@127.0.0.1:1/shadowplane`, 'STORE_FAILED', /127\.0\.0\.1:1/],
  ['no such host', `postgres://ann:${PASSWORD}@db.invalid/shadowplane`, 'STORE_FAILED', /db\.invalid/],
  ['another database', `mysql://ann:${PASSWORD}@127.0.0.1/shadowplane`, 'USAGE', /only PostgreSQL/],
  ['no URL', `postgres://ann:${PASSWORD}@127.0.0.1:port/shadowplane`, 'USAGE', /no URL/],
  ['no database', `postgres://ann:${PASSWORD}@127.0.0.1`, 'USAGE', /no database/],
])('%s: the error says so without the password', async (_, url, code, message) => {
  const error = await start(url).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(PASSWORD);
  expect(logged).not.toContain(PASSWORD);
});

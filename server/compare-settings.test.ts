/** Settings of `compare` hold at once, by file and by API, for what comes and for what is shown. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CAPTURE_PATH } from '../compare/ingest/index.ts';
import { batchFields, encodeBatch, halfFields, header, SIDE } from '../compare/ingest/testing.ts';
import { ensureFilter } from '../filter/index.ts';
import { filterModule, type RunningShadowplane, startShadowplane } from './index.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are compared by tests, not typed
type Json = any;

let dir: string;
let running: RunningShadowplane;
let sequence: number;
let pairs: number;
beforeEach(async () => {
  sequence = 0;
  pairs = 0;
  dir = mkdtempSync(join(tmpdir(), 'shadowplane-settings-'));
  writePolicy('{}');
  await start();
});
afterEach(async () => {
  await running.close();
  rmSync(dir, { recursive: true, force: true });
});

async function start(): Promise<void> {
  running = await startShadowplane({
    policyFile: join(dir, 'shadowplane.yaml'),
    dataDir: join(dir, 'data'),
    compare: { listen: { host: '127.0.0.1', port: 0 } },
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    filterWasmPath: await ensureFilter(filterModule(true)),
    logger: pino({ level: 'silent' }),
  });
}

function writePolicy(compare: string): void {
  writeFileSync(
    join(dir, 'shadowplane.yaml'),
    `services: { v1: { address: '127.0.0.1:1' }, v2: { address: '127.0.0.1:2' } }
mirrors:
  orders: { match: { path: / }, primary: v1, shadow: v2, sample: 5%, compare: ${compare} }
`,
  );
}

async function call(method: string, path: string, body?: object): Promise<Json> {
  const response = await fetch(`http://${running.apiAddress}/api/v1/mirrors/orders${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return response.json();
}

/** The same request so many times, answered by both sides; resolves when all of them have been compared. */
async function exchange(count: number, primary: object, candidate: object, path = '/users/ann/orders'): Promise<void> {
  const headers = (version: string) => [
    header('content-type', 'application/json'),
    header('x-rev', version),
    header('x-node', version),
  ];
  const halves = Array.from({ length: count }, () => {
    pairs += 1;
    const common = {
      exchange_id: `e${pairs}`,
      mirror: 'orders',
      reason: 2,
      segment: '',
      path: `${path}?token=s3cret`,
      request_headers: [header('accept', '*/*'), header('x-api-key', 'k3y')],
    };
    return [
      { ...common, side: SIDE.primary, headers: headers('1'), body: Buffer.from(JSON.stringify(primary)) },
      { ...common, side: SIDE.candidate, headers: headers('2'), body: Buffer.from(JSON.stringify(candidate)) },
    ].map(halfFields);
  }).flat();
  sequence += 1;
  const response = await fetch(`http://${running.captureAddress}${CAPTURE_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: encodeBatch(batchFields(halves, { sequence })),
  });
  expect(response.status).toBe(204);
  await vi.waitFor(async () => expect((await call('GET', '/verdict')).comparedInAll).toBe(pairs), { timeout: 10_000 });
}

const paths = async (): Promise<string[]> =>
  (await call('GET', '/differences?noise=include')).items.map(({ path }: Json) => path);

it('rules, weights and margin change what is told of what was counted', async () => {
  await exchange(100, { total: 1, note: 'a' }, { total: 2, note: 'b' });
  expect(await paths()).toEqual(expect.arrayContaining(['/total', '/note']));
  const margin = async () => (await call('GET', '/verdict')).marginRate ?? (await call('GET', '/verdict')).margin;
  expect(await margin()).toBe(0.005);

  const weights = [{ path: '/note', weight: 100 }];
  await call('PATCH', '', { compare: { margin: '2%', weights } });
  expect((await paths()).indexOf('/note')).toBe(0);
  expect(await margin()).toBe(0.02);
  await call('PATCH', '', { compare: { weights: [{ path: '/total', weight: 100 }] } });
  expect((await paths()).indexOf('/total')).toBe(0);

  await call('PATCH', '', { compare: { rules: [{ effect: 'ignore', path: '/note', reason: 'free text' }] } });
  expect((await call('GET', '/rules')).items).toMatchObject([{ path: '/note', source: 'file', author: 'file' }]);
  const item = (await call('GET', '/differences?noise=include')).items.find(({ path }: Json) => path === '/note');
  expect(item.verdict).toBe('ignored');
});

it('saving the file is as good: rules with an author, for what comes next too', async () => {
  writePolicy(`{ rules: [{ effect: tolerance, path: /total, absolute: 1, reason: rounding, author: ann }] }`);
  await vi.waitFor(async () => expect((await call('GET', '/rules')).items).toMatchObject([{ author: 'ann' }]), {
    timeout: 10_000,
  });
  await exchange(20, { total: 1 }, { total: 2 });
  expect(await paths()).not.toContain('/total');
  writePolicy('{}');
  await vi.waitFor(async () => expect((await call('GET', '/rules')).items).toEqual([]), { timeout: 10_000 });
  await exchange(20, { total: 1 }, { total: 2 });
  expect(await paths()).toContain('/total');
});

it('the version header, templates and an OpenAPI document name epochs and endpoints', async () => {
  writeFileSync(join(dir, 'api.yaml'), 'paths:\n  /shops/{shop}: { get: {} }\n');
  await call('PATCH', '', {
    compare: { versionHeader: 'X-Rev', endpoints: ['/users/{user}/orders'], openapi: 'api.yaml' },
  });
  await exchange(3, {}, {});
  await exchange(3, {}, {}, '/shops/berlin');
  expect((await call('GET', '/verdict')).version).toBe('2');
  expect((await call('GET', '/endpoints')).items.map(({ endpoint }: Json) => endpoint).sort()).toEqual([
    'GET /shops/{shop}',
    'GET /users/{user}/orders',
  ]);
});

it('only chosen headers are compared and shown', async () => {
  await exchange(5, {}, {});
  const differing = async () =>
    Object.fromEntries(
      (await call('GET', '/differences?noise=include')).items.map(({ path, differing }: Json) => [path, differing]),
    );
  expect(await differing()).toEqual({ 'header:x-node': 5, 'header:x-rev': 5 });
  await call('PATCH', '', { compare: { capture: { headers: ['x-rev'] } } });
  await exchange(5, {}, {});
  expect(await differing()).toEqual({ 'header:x-node': 5, 'header:x-rev': 10 });
  const [sample] = (await call('GET', '/samples')).items;
  expect(sample.candidate.headers.map(([name]: [string]) => name)).toEqual(['content-type', 'x-rev']);
});

it('redaction takes out of samples what nobody may see, also out of those that are stored', async () => {
  await call('PATCH', '', { compare: { capture: { requestHeaders: ['accept', 'x-api-key'] } } });
  await exchange(
    3,
    { total: 1, customer: { email: 'ann@example.org' } },
    { total: 2, customer: { email: 'ann@example.org' } },
  );
  const secrets = /ann@example|s3cret|k3y/g;
  const shown = async () => JSON.stringify(await call('GET', '/samples'));
  expect(new Set((await shown()).match(secrets))).toEqual(new Set(['ann@example', 's3cret', 'k3y']));
  const redact = { headers: ['X-Api-Key'], paths: ['/customer/email'], query: ['token'] };
  await running.close();
  await start();
  expect(await shown()).toMatch(secrets);
  await call('PATCH', '', { compare: { redact } });
  expect(await shown()).toMatch(/redacted/);
  expect(await shown()).not.toMatch(secrets);
});

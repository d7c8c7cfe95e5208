/** Settings of `compare` hold at once, by file and by API, for what comes and for what is shown. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Json, startTestServer, type TestServer } from './testing.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const call: TestServer['call'] = (...args) => server.call(...args);
const exchange: TestServer['exchange'] = (...args) => server.exchange(...args);
const paths = async (): Promise<string[]> =>
  (await call('GET', '/differences?noise=include')).items.map(({ path }: Json) => path);

it('rules, weights and margin change what is told of what was counted', async () => {
  await call('PATCH', '', { compare: { margin: '3%' } });
  expect((await call('GET', '/verdict')).marginRate).toBe(0.03);
  await call('PATCH', '', { compare: null });
  await exchange(100, { total: 1, note: 'a' }, { total: 2, note: 'b' });
  expect(await paths()).toEqual(expect.arrayContaining(['/total', '/note']));
  const margin = async () => (await call('GET', '/verdict')).marginRate;
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
  server.writePolicy(`{ rules: [{ effect: tolerance, path: /total, absolute: 1, reason: rounding, author: ann }] }`);
  await vi.waitFor(async () => expect((await call('GET', '/rules')).items).toMatchObject([{ author: 'ann' }]), {
    timeout: 10_000,
  });
  await exchange(20, { total: 1 }, { total: 2 });
  expect(await paths()).not.toContain('/total');
  server.writePolicy('{}');
  await vi.waitFor(async () => expect((await call('GET', '/rules')).items).toEqual([]), { timeout: 10_000 });
  await exchange(20, { total: 1 }, { total: 2 });
  expect(await paths()).toContain('/total');
});

it('the version header, templates and an OpenAPI document name epochs and endpoints', async () => {
  writeFileSync(join(server.folder, 'api.yaml'), 'paths:\n  /shops/{shop}: { get: {} }\n');
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
  await call('PATCH', '', { compare: { capture: { requestHeaders: ['accept', 'x-tenant-key'] } } });
  await exchange(
    3,
    { total: 1, customer: { email: 'ann@example.org' } },
    { total: 2, customer: { email: 'ann@example.org' } },
  );
  const secrets = /ann@example|s3cret|k3y/g;
  const shown = async () => JSON.stringify(await call('GET', '/samples'));
  expect(new Set((await shown()).match(secrets))).toEqual(new Set(['ann@example', 's3cret', 'k3y']));
  const redact = { headers: ['X-Tenant-Key'], paths: ['/customer/email'], query: ['token'] };
  await server.restart();
  expect(await shown()).toMatch(secrets);
  await call('PATCH', '', { compare: { redact } });
  expect(await shown()).toMatch(/redacted/);
  expect(await shown()).not.toMatch(secrets);
});

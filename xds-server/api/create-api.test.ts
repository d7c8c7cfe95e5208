import type { InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildOpenApi } from './openapi.ts';
import { startTestApi, type TestApi, testDocument } from './testing.ts';

let api: TestApi;

beforeEach(async () => {
  api = await startTestApi();
});

afterEach(() => api.close());

async function call(method: InjectOptions['method'] & string, url: string, payload?: unknown, headers = {}) {
  const options: InjectOptions = { method: method as 'GET', url, headers: { host: 'localhost:8790', ...headers } };
  if (payload !== undefined) options.payload = payload as string | object;
  const response = await api.app.inject(options);
  return { status: response.statusCode, headers: response.headers, text: response.body, body: safeJson(response.body) };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are compared by tests, not typed
function safeJson(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MIRROR = '/api/v1/mirrors/orders';

describe('reading', () => {
  it('returns a mirror as it is written in YAML plus name, revision and paused', async () => {
    const mirror = { ...testDocument().mirrors!.orders, name: 'orders', revision: 1, paused: false };
    expect((await call('GET', MIRROR)).body).toEqual(mirror);
    expect((await call('GET', '/api/v1/mirrors')).body).toEqual({ revision: 1, mirroring: 'on', items: [mirror] });
  });

  it('returns the whole document with who made it', async () => {
    const { body, headers } = await call('GET', '/api/v1/config');
    expect(body).toMatchObject({ revision: 1, actor: 'test', config: testDocument() });
    expect(headers.etag).toBe('"1"');
  });

  it('lists Envoys in the shape of the contract', async () => {
    const envoy = {
      node: 'edge-1',
      version: '1.40.0',
      connectedSince: '2026-01-01T00:00:00.000Z',
      types: {},
      lastRejection: null,
      revision: 1,
      behindSince: null,
      rejectedRevision: null,
      setup: { listener: 'own', streams: 'delta' } as const,
      problems: [{ code: 'filter-missing', message: 'it has none', remedy: 'add it' }],
      unseen: [],
      copies: null,
    };
    api.envoys.push(envoy);
    expect((await call('GET', '/api/v1/envoys')).body).toEqual({ items: [envoy] });
    const lacking = 'shadowplane_envoy_problems{code="filter-missing"}';
    expect((await call('GET', '/metrics')).text).toContain(`${lacking} 1`);
    api.envoys.splice(0, 1, { ...envoy, problems: [] });
    expect((await call('GET', '/metrics')).text).not.toContain(lacking);
  });

  it('counts by node for how long an Envoy is behind and whether it rejects what it is served, as long as it is there', async () => {
    const envoy = (node: string, behindS: number, isRejecting = false) => ({
      node,
      version: '1.40.0',
      connectedSince: '2026-01-01T00:00:00.000Z',
      types: {},
      lastRejection: isRejecting ? { type: 'CDS', message: 'bad', at: '2026-01-01T00:00:00.000Z' } : null,
      revision: 1,
      behindSince: behindS > 0 ? new Date(Date.now() - behindS * 1_000).toISOString() : null,
      rejectedRevision: null,
      setup: { listener: 'own', streams: 'delta' } as const,
      problems: [],
      unseen: [],
      copies: null,
    });
    const series = async (name: string) =>
      Object.fromEntries(
        [...(await call('GET', '/metrics')).text.matchAll(new RegExp(`^${name}{node="(.*)"} (.*)$`, 'gm'))].map(
          ([, node, value]) => [node, Math.floor(Number(value) / 1_000)],
        ),
      );
    api.envoys.push(envoy('edge-1', 0), envoy('edge-2', 5_000, true), envoy('edge-2', 0));
    expect(await series('shadowplane_envoy_behind_seconds')).toEqual({ 'edge-1': 0, 'edge-2': 5 });
    const { text } = await call('GET', '/metrics');
    for (const line of ['edge-1"} 0', 'edge-2"} 1'])
      expect(text).toContain(`shadowplane_envoy_rejecting{node="${line}\n`);
    api.envoys.splice(0);
    expect((await call('GET', '/metrics')).text).not.toContain('node="');
  });

  it('answers health and metrics', async () => {
    expect((await call('GET', '/healthz')).body).toEqual({ status: 'ok', revision: 1 });
    const { text } = await call('GET', '/metrics');
    expect(text).toContain('shadowplane_policy_revision 1');
  });
});

describe('writing', () => {
  it('patches by RFC 7396 and keeps the order of segments', async () => {
    const { status, body, headers } = await call('PATCH', MIRROR, { sample: '20%', segments: { staff: '10%' } });
    expect([status, headers.etag]).toEqual([200, '"2"']);
    expect(body).toMatchObject({
      name: 'orders',
      revision: 2,
      sample: '20%',
      paused: false,
      changed: ['mirrors.orders'],
    });
    expect(Object.entries(body.segments)).toEqual([
      ['staff', '10%'],
      ['beta', '50%'],
    ]);
    expect((await call('PATCH', MIRROR, { segments: { beta: null }, sample: null })).body.sample).toBeUndefined();
    expect(Object.keys(api.store.current.document.mirrors!.orders!.segments!)).toEqual(['staff']);
  });

  it('patches parts of a plan for users, refuses what it would come to, and warns as a file does', async () => {
    const patch = (rollout: unknown) => call('PATCH', MIRROR, { rollout });
    const canary = { staff: ['100%'], everyone: ['10%', '100%'] };
    const { body: first } = await patch({ mirror: ['100%'], canary, step: { pairs: 9_000 } });
    expect(first.warnings.map(({ path }: { path: string }) => path)).toEqual(['mirrors.orders.rollout.canary']);
    await patch({ canary: { staff: ['50%'] }, step: { atLeast: '1m' } });
    const { body } = await call('GET', MIRROR);
    expect(body.rollout).toEqual({
      mirror: ['100%'],
      canary: { staff: ['50%'], everyone: ['10%', '100%'] },
      step: { pairs: 9_000, atLeast: '1m' },
    });
    const { status, body: refused } = await patch({ step: { pairs: 100 } });
    expect([status, refused.errors[0].path]).toEqual([400, 'mirrors.orders.rollout.step.pairs']);
    expect((await patch({ canary: null })).body.rollout.canary).toBeUndefined();
    expect((await patch(null)).body.rollout).toBeUndefined();
  });

  it('takes back what it gave, unchanged, without a new revision', async () => {
    const { body } = await call('GET', MIRROR);
    expect((await call('PUT', MIRROR, body)).body).toMatchObject({ revision: 1, changed: [] });
    expect((await call('PUT', MIRROR, { ...body, name: 'other' })).body.errors[0].path).toBe('name');
    const { body: whole } = await call('GET', '/api/v1/config');
    expect((await call('PUT', '/api/v1/config', whole)).body).toMatchObject({ revision: 1, changed: [] });
    const { body: written } = await call('PATCH', `${MIRROR}?wait=5s`, { sample: '6%' });
    expect((await call('PUT', MIRROR, written)).body).toMatchObject({ revision: 2, changed: [] });
  });

  it('creates with 201, replaces with 200, deletes', async () => {
    const mirror = { match: { path: '/more' }, primary: 'v1', shadow: 'v2' };
    expect((await call('PUT', '/api/v1/mirrors/more', mirror)).status).toBe(201);
    expect((await call('PUT', '/api/v1/mirrors/more', { ...mirror, sample: '1%' })).status).toBe(200);
    expect((await call('DELETE', '/api/v1/mirrors/more')).body).toMatchObject({
      revision: 4,
      changed: ['mirrors.more'],
    });
    expect((await call('GET', '/api/v1/mirrors/more')).status).toBe(404);
  });

  it('pauses and resumes', async () => {
    expect((await call('POST', `${MIRROR}/pause`)).body).toMatchObject({ paused: true, revision: 2, sample: '5%' });
    expect(api.store.current.policy.mirrors[0]!.paused).toBe(true);
    expect((await call('POST', `${MIRROR}/resume`)).body).toMatchObject({ paused: false, revision: 3 });
    expect(api.store.current.document).toEqual(testDocument());
    const json = { 'content-type': 'application/json' };
    expect((await call('POST', `${MIRROR}/pause`, undefined, json)).body).toMatchObject({ paused: true, revision: 4 });
    expect((await call('PATCH', MIRROR, undefined, json)).body.code).toBe('REQUEST_INVALID');
  });

  it('replaces the document from JSON and from YAML, whose problems have lines', async () => {
    const yaml = { 'content-type': 'application/yaml' };
    expect((await call('PUT', '/api/v1/config', { listen: '127.0.0.1:1' })).body.revision).toBe(2);
    expect((await call('PUT', '/api/v1/config', 'listen: 127.0.0.1:2\n', yaml)).body.changed).toEqual(['listen']);
    const { body } = await call('PUT', '/api/v1/config', 'listen: 127.0.0.1:2\nlisten: x\n', yaml);
    expect(body).toMatchObject({ code: 'POLICY_INVALID', errors: [{ line: 2, column: 1 }] });
  });

  it('records who wrote', async () => {
    await call('PATCH', MIRROR, { sample: '6%' }, { 'x-shadowplane-actor': 'ann' });
    await call('PATCH', MIRROR, { sample: '7%' });
    expect((await call('GET', '/api/v1/revisions')).body.items).toMatchObject([{ actor: 'api' }, { actor: 'ann' }, {}]);
    const { body } = await call('PATCH', MIRROR, { sample: '8%' }, { 'x-shadowplane-actor': 'file' });
    expect(body.code).toBe('REQUEST_INVALID');
  });

  it('refuses a write made for another revision', async () => {
    expect((await call('PATCH', MIRROR, { sample: '6%' }, { 'if-match': '"1"' })).status).toBe(200);
    const { status, body } = await call('PATCH', MIRROR, { sample: '7%' }, { 'if-match': '"1"' });
    expect([status, body.code]).toEqual([412, 'REVISION_CONFLICT']);
    expect((await call('PATCH', MIRROR, {}, { 'if-match': 'latest' })).body.code).toBe('REQUEST_INVALID');
  });
});

describe('waiting for Envoy', () => {
  it('says how far the change has come', async () => {
    const { body } = await call('PATCH', `${MIRROR}?wait=5s`, { sample: '6%' });
    expect(body.applied).toEqual({ acked: 1, of: 1, tookMs: 12 });
    expect(api.waits).toContainEqual({ revision: 2, timeoutMs: 5_000 });
    expect((await call('PATCH', MIRROR, { sample: '7%' })).body.applied).toBeUndefined();
  });

  it.each(['5', 'x', '2m', '-1s'])('refuses ?wait=%s before anything is written', async (wait) => {
    const { status, body } = await call('PATCH', `${MIRROR}?wait=${wait}`, { sample: '6%' });
    expect([status, body.code, body.errors[0].path]).toEqual([400, 'REQUEST_INVALID', 'wait']);
    expect(api.store.current.revision).toBe(1);
  });

  it("takes back what an Envoy rejects and answers with Envoy's own words", async () => {
    api.applied = () => ({ acked: 0, of: 1, tookMs: 3, rejection: { node: 'edge-1', message: 'bad cluster' } });
    const { status, body } = await call('PATCH', `${MIRROR}?wait=5s`, { sample: '6%' });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'ENVOY_REJECTED',
      detail: 'edge-1: bad cluster',
      node: 'edge-1',
      envoyMessage: 'bad cluster',
      rejectedRevision: 2,
      revision: 3,
    });
    expect(api.store.current).toMatchObject({ actor: 'rollback', document: testDocument() });
  });

  it('takes back what an Envoy rejects when nobody waits, too, whoever made it, and only that', async () => {
    const rejected = { acked: 0, of: 1, tookMs: 3, rejection: { node: 'edge-1', message: 'bad cluster' } };
    let reject = () => {};
    const answer = new Promise<typeof rejected>((resolve) => {
      reject = () => resolve(rejected);
    });
    api.applied = (revision) => (revision === 2 ? answer : { acked: 1, of: 1, tookMs: 1 });
    await api.store.applyFile({ ...testDocument(), listen: '127.0.0.1:9' });
    expect((await call('PATCH', MIRROR, { sample: '6%' })).body.revision).toBe(3);
    reject();
    await vi.waitFor(() => expect(api.store.current).toMatchObject({ revision: 4, actor: 'rollback' }));
    expect(api.store.current.document.listen).toBeUndefined();
    expect(api.store.current.document.mirrors!.orders!.sample).toBe('6%');
  });

  it('does not take a rollback back', async () => {
    api.applied = () => ({ acked: 0, of: 1, tookMs: 3, rejection: { node: 'edge-1', message: 'no' } });
    await call('PATCH', MIRROR, { sample: '6%' });
    await vi.waitFor(() => expect(api.store.current.revision).toBe(3));
    expect((await api.store.write('test', (document) => document)).revision).toBe(3);
    expect(api.waits.map(({ revision }) => revision)).toEqual([2]);
  });
});

describe('an Envoy that rejects what it meets when it connects', () => {
  const rejects = () => {
    api.emit({ kind: 'connected', node: 'edge-1' });
    for (const type of ['CDS', 'LDS']) api.emit({ kind: 'rejected', node: 'edge-1', type, message: 'bad cluster' });
  };
  const rolledBack = (revision: number) =>
    vi.waitFor(() => expect(api.store.current).toMatchObject({ revision, actor: 'rollback' }));

  it('gets the last revision that Envoys have had in use, and the history says why', async () => {
    await api.store.acknowledge(1);
    await api.store.applyFile({ ...testDocument(), listen: '127.0.0.1:9' });
    await call('PATCH', MIRROR, { sample: '6%' });
    rejects();
    await rolledBack(4);
    expect(api.store.current).toMatchObject({
      document: testDocument(),
      note: 'edge-1 refused revision 3: bad cluster',
    });
    rejects();
    await api.store.write('test', (document) => ({ ...document, listen: '127.0.0.1:8' }));
    expect(api.store.current.revision).toBe(5);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['others have it in use', () => api.store.acknowledge(1)],
    ['none is known to have been in use', () => Promise.resolve()],
  ])('changes nothing where %s', async (_, before) => {
    await before();
    rejects();
    expect((await api.store.write('test', (document) => ({ ...document, listen: '127.0.0.1:8' }))).revision).toBe(2);
  });

  it('is no reason to take a revision back that changes no secret, where the files of one are refused', async () => {
    await api.close();
    api = await startTestApi({ changesSecrets: (revision) => revision === 3 });
    const refuse = (type: string) => {
      api.emit({ kind: 'connected', node: 'edge-1' });
      api.emit({ kind: 'rejected', node: 'edge-1', type, message: 'bad key' });
    };
    await api.store.acknowledge(1);
    await call('PATCH', MIRROR, { sample: '6%' });
    refuse('SDS');
    expect((await call('PATCH', MIRROR, { sample: '7%' })).body.revision).toBe(3);
    refuse('SDS');
    await rolledBack(4);
    await call('PATCH', MIRROR, { sample: '8%' });
    refuse('LDS');
    await rolledBack(6);
  });

  it('leaves what is made after it connected to be judged by itself', async () => {
    await api.store.acknowledge(1);
    api.emit({ kind: 'connected', node: 'edge-1' });
    await call('PATCH', MIRROR, { sample: '6%' });
    api.emit({ kind: 'rejected', node: 'edge-1', type: 'CDS', message: 'bad cluster' });
    expect((await call('PATCH', MIRROR, { sample: '7%' })).body.revision).toBe(3);
  });
});

describe('refusing', () => {
  it('names every problem of bad input', async () => {
    const { status, body, headers } = await call('PATCH', MIRROR, { sample: 5, shadow: 'v3' });
    expect(status).toBe(400);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ status: 400, code: 'POLICY_INVALID', title: 'The configuration is not valid' });
    expect(body.type).toBe('urn:shadowplane:error:POLICY_INVALID');
    expect(body.errors).toEqual([
      { path: 'mirrors.orders.sample', message: '5 is not a percentage; did you mean 5%?' },
      { path: 'mirrors.orders.shadow', message: 'there is no service "v3"; did you mean "v1"?' },
    ]);
    expect(api.store.current.revision).toBe(1);
  });

  it.each<[string, string, unknown, object, number, string]>([
    ['PATCH', '/api/v1/mirrors/ordres', {}, {}, 404, 'MIRROR_NOT_FOUND'],
    ['DELETE', '/api/v1/mirrors/constructor', undefined, {}, 404, 'MIRROR_NOT_FOUND'],
    [
      'PUT',
      '/api/v1/mirrors/Bad_Name',
      { match: { path: '/' }, primary: 'v1', shadow: 'v2' },
      {},
      400,
      'POLICY_INVALID',
    ],
    ['GET', '/api/v1/mirorrs', undefined, {}, 404, 'NOT_FOUND'],
    ['GET', '/nothing', undefined, {}, 404, 'NOT_FOUND'],
    ['POST', MIRROR, {}, {}, 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', '/api/v1/config', undefined, {}, 405, 'METHOD_NOT_ALLOWED'],
    ['PATCH', MIRROR, '{"sample":', { 'content-type': 'application/json' }, 400, 'REQUEST_INVALID'],
    ['PATCH', MIRROR, '', { 'content-type': 'application/json' }, 400, 'REQUEST_INVALID'],
    ['PATCH', MIRROR, '{"__proto__": {}}', { 'content-type': 'application/json' }, 400, 'REQUEST_INVALID'],
    [
      'PATCH',
      MIRROR,
      'sample=6',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    ['PATCH', MIRROR, [], {}, 400, 'POLICY_INVALID'],
    ['PUT', '/api/v1/config', '{}', { 'content-type': 'text/plain' }, 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['PUT', '/api/v1/config', { listen: 'x'.repeat(2 ** 20) }, {}, 413, 'BODY_TOO_LARGE'],
    ['GET', '/%zz', undefined, {}, 400, 'REQUEST_INVALID'],
  ])('%s %s (case %#)', async (method, url, payload, headers, status, code) => {
    const answer = await call(method as 'GET', url, payload, headers);
    expect([answer.status, answer.body?.code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(api.store.current.revision).toBe(1);
  });

  it('says which methods an address knows', async () => {
    expect((await call('POST', MIRROR, {})).headers.allow).toBe('DELETE, GET, HEAD, PATCH, PUT');
  });

  it('names the nearest mirror', async () => {
    expect((await call('GET', '/api/v1/mirrors/ordres')).body.detail).toContain('did you mean "orders"?');
  });

  it.each([
    ['evil.example', 421],
    ['evil.example:8790', 421],
    ['127.0.0.1.evil.example', 421],
    ['127.0.0.1:8790', 200],
    ['[::1]:8790', 200],
    ['LOCALHOST:1', 200],
  ])('answers on loopback as %s with %d', async (host, status) => {
    expect((await call('GET', '/api/v1/mirrors', undefined, { host })).status).toBe(status);
  });

  it('answers as anyone when not on loopback', async () => {
    const open = await startTestApi({ host: '0.0.0.0' });
    const response = await open.app.inject({ url: '/healthz', headers: { host: 'shadowplane.internal' } });
    expect(response.statusCode).toBe(200);
    await open.close();
  });

  it.each([{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
    'does not let a page of another origin change anything: %j',
    async (headers) => {
      expect((await call('POST', `${MIRROR}/pause`, undefined, headers)).body.code).toBe('ORIGIN_REFUSED');
      expect(api.store.current.revision).toBe(1);
    },
  );

  it('lets its own page change things', async () => {
    const headers = { origin: 'http://localhost:8790', 'sec-fetch-site': 'same-origin' };
    expect((await call('POST', `${MIRROR}/pause`, undefined, headers)).status).toBe(200);
  });

  it('tells nobody but the log what went wrong inside', async () => {
    const seen: unknown[] = [];
    const failing = await startTestApi({
      waitForApplied: () => Promise.reject(new Error('secret')),
      onUnexpectedError: (error) => seen.push(error),
    });
    const response = await failing.app.inject({
      method: 'PATCH',
      url: `${MIRROR}?wait=1s`,
      payload: {},
      headers: { host: 'localhost' },
    });
    expect(response.json().code).toBe('INTERNAL');
    expect(response.body).not.toContain('secret');
    expect(seen).toHaveLength(1);
    await failing.close();
  });
});

describe('openapi.json', () => {
  it('describes exactly the routes that exist', async () => {
    const { body } = await call('GET', '/api/v1/openapi.json');
    expect(body).toEqual(JSON.parse(JSON.stringify(buildOpenApi())));
    const described = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(api.routes.filter((route) => !route.startsWith('HEAD ')).sort());
  });

  it('refers only to what it defines, and to no format of our own', async () => {
    const { body, text } = await call('GET', '/api/v1/openapi.json');
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
    expect(new Set(references)).toEqual(new Set([...Object.keys(body.components.schemas)]));
    expect(text).not.toMatch(/"\$defs|#\/\$defs|"x-misplaced"|"format":"(?!date-time)/);
  });
});

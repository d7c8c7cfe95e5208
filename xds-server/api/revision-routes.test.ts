import type { InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi, testDocument } from './testing.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

async function call(method: string, path: string, payload?: object, headers: Record<string, string> = {}) {
  const options: InjectOptions = { method: method as 'GET', url: `/api/v1${path}` };
  Object.assign(options, { headers: { host: 'localhost', ...headers }, ...(payload && { payload }) });
  const response = await api.app.inject(options);
  return { status: response.statusCode, etag: response.headers.etag, body: response.json() };
}

const sampleOf = () => api.store.current.document.mirrors!.orders!.sample;

describe('history', () => {
  it('says who changed what, when, place by place', async () => {
    await call('PATCH', '/mirrors/orders', { sample: '6%' }, { 'x-shadowplane-actor': 'ann' });
    const { body } = await call('GET', '/revisions?limit=1');
    expect(body.items).toEqual([
      {
        revision: 2,
        actor: 'ann',
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        changed: ['mirrors.orders'],
        differences: [{ path: 'mirrors.orders.sample', before: '5%', after: '6%' }],
        note: null,
        acknowledgedAt: null,
      },
    ]);
  });

  it('of a mirror leaves out what concerns others, and is there when the mirror is gone', async () => {
    await call('PATCH', '/mirrors/orders', { sample: '6%' });
    await call('PUT', '/config', { ...testDocument(), listen: '127.0.0.1:9' });
    await call('PUT', '/config', { ...testDocument(), listen: '127.0.0.1:8' });
    await call('DELETE', '/mirrors/orders');
    const { body } = await call('GET', '/mirrors/orders/history');
    expect(body.items.map(({ revision }: { revision: number }) => revision)).toEqual([5, 3, 2, 1]);
    expect(body.items[1].differences).toEqual([{ path: 'mirrors.orders.sample', before: '6%', after: '5%' }]);
    expect((await call('GET', '/revisions?mirror=orders')).body).toEqual(body);
  });

  it.each([
    ['/mirrors/ordrs/history', 404, 'MIRROR_NOT_FOUND'],
    ['/mirrors/%25/history', 404, 'MIRROR_NOT_FOUND'],
    ['/revisions?mirror=ordrs', 404, 'MIRROR_NOT_FOUND'],
    ['/revisions?limit=0', 400, 'REQUEST_INVALID'],
    ['/revisions?limit=1001', 400, 'REQUEST_INVALID'],
    ['/revisions?limit=x', 400, 'REQUEST_INVALID'],
  ])('refuses %s', async (path, status, code) => {
    const answer = await call('GET', path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});

describe('undo', () => {
  it('makes one mirror what it was, as a new revision that says so, and leaves the rest', async () => {
    await call('PATCH', '/mirrors/orders', { sample: '6%' });
    await call('PATCH', '/mirrors/orders', { sample: '7%' });
    await call('PUT', '/config', { ...api.store.current.document, listen: '127.0.0.1:9' });
    const { status, etag, body } = await call('POST', '/mirrors/orders/undo?wait=1s', { to: 2 });
    expect([status, etag]).toEqual([200, '"5"']);
    expect(body).toMatchObject({
      name: 'orders',
      sample: '6%',
      revision: 5,
      changed: ['mirrors.orders'],
      differences: [{ path: 'mirrors.orders.sample', before: '7%', after: '6%' }],
      applied: { acked: 1 },
    });
    expect(api.store.current).toMatchObject({ note: 'undo to 2', actor: 'api', document: { listen: '127.0.0.1:9' } });
    await call('POST', '/mirrors/orders/undo', { to: 4 });
    expect(sampleOf()).toBe('7%');
  });

  it('brings a mirror back, and takes away one that was not there', async () => {
    await call('DELETE', '/mirrors/orders');
    expect((await call('POST', '/mirrors/orders/undo', { to: 1 })).body).toMatchObject({ sample: '5%', revision: 3 });
    const { body } = await call('POST', '/mirrors/orders/undo', { to: 0 });
    expect(body.differences).toEqual([{ path: 'mirrors.orders', before: testDocument().mirrors!.orders }]);
    expect(api.store.current.document.mirrors).toEqual({});
  });

  it('makes the whole document what it was', async () => {
    await call('PUT', '/config', { listen: '127.0.0.1:9' });
    expect((await call('POST', '/config/undo', { to: 1 })).body).toMatchObject({ revision: 3 });
    expect(api.store.current).toMatchObject({ document: testDocument(), note: 'undo to 1' });
  });

  it('only says what would differ when asked to', async () => {
    await call('PATCH', '/mirrors/orders', { sample: '6%' });
    const { body } = await call('POST', '/mirrors/orders/undo', { to: 1, dryRun: true });
    const differences = [{ path: 'mirrors.orders.sample', before: '6%', after: '5%' }];
    expect(body).toEqual({ revision: 2, changed: [], differences, warnings: [] });
    expect((await call('POST', '/config/undo', { to: 1, dryRun: true })).body.differences).toEqual(differences);
    expect(api.store.current.revision).toBe(2);
  });

  it.each<[string, object, number, string]>([
    ['orders', { to: 2 }, 404, 'REVISION_NOT_FOUND'],
    ['ordrs', { to: 1 }, 404, 'MIRROR_NOT_FOUND'],
    ['constructor', { to: 1 }, 404, 'MIRROR_NOT_FOUND'],
    ['orders', { to: '1' }, 400, 'REQUEST_INVALID'],
    ['orders', { to: -1 }, 400, 'REQUEST_INVALID'],
    ['orders', {}, 400, 'REQUEST_INVALID'],
    ['orders', { to: 1, dryrun: true }, 400, 'REQUEST_INVALID'],
  ])('of %s with %j is refused', async (name, body, status, code) => {
    const answer = await call('POST', `/mirrors/${name}/undo`, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(api.store.current.revision).toBe(1);
  });

  it('is refused where what the mirror needs is gone', async () => {
    await call('PUT', '/config', { listen: '127.0.0.1:9' });
    for (const dryRun of [true, false]) {
      const { status, body } = await call('POST', '/mirrors/orders/undo', { to: 1, dryRun });
      expect([status, body.code]).toEqual([400, 'POLICY_INVALID']);
    }
  });
});

it('a write made for another revision is told which is current and who made it', async () => {
  await call('PATCH', '/mirrors/orders', { sample: '6%' }, { 'x-shadowplane-actor': 'ann' });
  for (const [method, path, body] of [
    ['PUT', '/config', testDocument()],
    ['PUT', '/mirrors/orders', testDocument().mirrors!.orders!],
    ['PATCH', '/mirrors/orders', { sample: '7%' }],
    ['DELETE', '/mirrors/orders', undefined],
    ['POST', '/mirrors/orders/pause', undefined],
    ['POST', '/mirrors/orders/undo', { to: 1 }],
  ] as const) {
    const answer = await call(method, path, body, { 'if-match': '"1"' });
    expect(answer.body, `${method} ${path}`).toMatchObject({
      status: 412,
      code: 'REVISION_CONFLICT',
      revision: 2,
      changedBy: 'ann',
      changedAt: api.store.current.at,
      changed: ['mirrors.orders'],
    });
  }
  expect(sampleOf()).toBe('6%');
  expect((await call('GET', '/config')).etag).toBe('"2"');
  expect((await call('GET', '/mirrors/orders')).etag).toBe('"2"');
});

it('a write of one mirror is in conflict with changes of that mirror alone', async () => {
  const { orders } = testDocument().mirrors!;
  const as = (actor: string, revision?: number) => ({
    'x-shadowplane-actor': actor,
    ...(revision !== undefined && { 'if-match': `"${revision}"` }),
  });
  await call('PUT', '/mirrors/more', { ...orders!, match: { path: '/more' } }, as('ann'));
  await call('PATCH', '/mirrors/more', { sample: '9%' }, as('ben'));
  // Both began at revision 1, and neither touches what the other does.
  expect((await call('PATCH', '/mirrors/orders', { sample: '6%' }, as('eve', 1))).status).toBe(200);
  expect((await call('POST', '/mirrors/orders/pause', undefined, as('eve', 4))).status).toBe(200);
  const late = await call('PATCH', '/mirrors/more', { sample: '8%' }, as('eve', 2));
  expect(late.body).toMatchObject({
    code: 'REVISION_CONFLICT',
    detail: expect.stringContaining('mirrors.more'),
    changedBy: 'ben',
    revision: 5,
  });
  for (const [path, revision] of [
    ['/mirrors/more', 1],
    ['/mirrors/more', 6],
    ['/mirrors/more', 999_999],
  ] as const) {
    expect((await call('DELETE', path, undefined, as('eve', revision))).status, `${revision}`).toBe(412);
  }
  expect((await call('DELETE', '/mirrors/more', undefined, as('eve', 3))).status).toBe(200);
  // The whole document is in conflict with any change.
  expect((await call('PUT', '/config', testDocument(), as('eve', 5))).status).toBe(412);
});

describe('a plan', () => {
  it('says what would differ and what Envoys would be sent, and changes nothing', async () => {
    const { orders } = testDocument().mirrors!;
    const mirrors = { orders: { ...orders!, shadow: 'v3' }, more: { ...orders!, match: { path: '/more' } } };
    const services = { ...testDocument().services, v3: { address: 'v3:80' } };
    const { status, body } = await call('POST', '/plan', { ...testDocument(), services, mirrors });
    expect([status, body]).toEqual([
      200,
      {
        revision: 1,
        forecast: null,
        differences: [
          { path: 'services.v3', after: { address: 'v3:80' } },
          { path: 'mirrors.orders.shadow', before: 'v2', after: 'v3' },
          { path: 'mirrors.more', after: mirrors.more },
        ],
        warnings: expect.any(Array),
        resources: { CDS: { added: ['more'], changed: ['orders'], removed: [] } },
      },
    ]);
    expect(api.store.current.revision).toBe(1);
    const bad = await call('POST', '/plan', { mirrors });
    expect([bad.status, bad.body.code]).toEqual([400, 'POLICY_INVALID']);
  });
});

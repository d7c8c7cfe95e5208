import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import type { Answer } from '../exchange.ts';
import type { EpochInput, SampleInput } from '../report/index.ts';
import { cell, epoch, field, MIRROR, START_MS } from '../report/testing.ts';
import { RuleBook, type RuleShelf } from '../rules/index.ts';
import { type Comparison, comparisonRoutes, type SampleQuery } from './index.ts';

const NOW_MS = START_MS + 3_600_000;
const BASE = '/api/v1/mirrors/orders';

let app: FastifyInstance;
let epochs: EpochInput[];
let samples: SampleInput[];
let begun: string[];
let asked: SampleQuery[];
let epochTakesMs: number;

const shelf: RuleShelf = { rules: async () => [], putRule: async () => {}, deleteRule: async () => true };

beforeEach(async () => {
  epochs = [];
  samples = [];
  begun = [];
  asked = [];
  epochTakesMs = 0;
  const comparison: Comparison = {
    mirror(name) {
      if (name !== 'orders') throw new ShadowplaneError('MIRROR_NOT_FOUND', `There is no mirror "${name}"`);
      return MIRROR;
    },
    epochs: async () => epochs.map(({ number }) => number),
    epochHeads: async () =>
      epochs.map((epoch) => ({ ...epoch, compared: epoch.cells.reduce((sum, { pairs }) => sum + pairs, 0) })),
    epoch: async (_, number) => {
      await new Promise((resolve) => setTimeout(resolve, epochTakesMs));
      return epochs.find((one) => one.number === number);
    },
    beginEpoch: (mirror) => void begun.push(mirror),
    samples: async (_, query) => {
      asked.push(query);
      return samples;
    },
    latencies: async () => [],
    series: () => [],
    sample: async (_, id) => samples.find(({ exchange }) => exchange.id === id),
  };
  app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof ShadowplaneError)) throw error;
    return reply.code(error.httpStatus).send({ code: error.code, detail: error.message, errors: error.problems });
  });
  const routes = comparisonRoutes({
    comparison,
    rules: new RuleBook(shelf),
    now: () => NOW_MS,
    comparedAs: () => ({ versionHeader: 'x-build' }),
  });
  app.register(routes, { prefix: '/api/v1' });
  await app.ready();
});
afterEach(() => app.close());

async function call(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object, headers = {}) {
  const options: InjectOptions = { method, url, headers, ...(payload && { payload }) };
  const response = await app.inject(options);
  return { status: response.statusCode, body: response.body === '' ? undefined : response.json() };
}

function answer(body: string): Answer {
  return {
    status: 200,
    headers: [['content-type', 'application/json']],
    trailers: [],
    body: Buffer.from(body),
    bodyBytes: body.length,
    truncated: false,
    localReply: false,
    ended: 'complete',
    headersMs: 3,
    lastByteMs: 4,
  };
}

function sample(id: string, primary: string, candidate: string): SampleInput {
  const exchange = {
    id,
    mirror: 'orders',
    reason: 'sample',
    method: 'GET',
    path: '/orders/7',
    atMs: START_MS,
  } as const;
  return {
    exchange: { ...exchange, primary: answer(primary), candidate: answer(candidate), control: answer(primary) },
    endpoint: 'GET /orders/{id}',
    version: 'v2',
    requestHeaders: [['accept', 'application/json']],
  };
}

const broken = () =>
  cell(1_000, [field('/total', { candidateOnly: 300 }), field('/at', { both: 900, controlOnly: 1, candidateOnly: 1 })]);

describe('reports', () => {
  it('that take long are not made anew for each who asks, but for each rule', async () => {
    epochs = [epoch([broken()])];
    epochTakesMs = 300;
    const differing = async () => (await call('GET', `${BASE}/differences`)).body.total;
    expect(await differing()).toBe(1);
    epochs = [epoch([])];
    expect(await differing()).toBe(1);
    await call('POST', `${BASE}/rules`, { effect: 'ignore', path: '/other', reason: 'noise' });
    expect(await differing()).toBe(0);
  });

  it('have the shapes that scripts rely on', async () => {
    epochs = [epoch([broken()])];
    expect((await call('GET', `${BASE}/verdict`)).body).toMatchObject({
      verdict: 'different',
      mirrored: 10_000,
      compared: 1_000,
      lost: { expired: 2 },
      mismatch: { rate: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
      epoch: 1,
      strata: [{ reason: 'sample', compared: 1_000, mismatch: { rate: expect.any(Number) } }],
    });
    const differences = await call('GET', `${BASE}/differences`);
    expect(differences.body).toMatchObject({
      total: 1,
      items: [
        {
          rank: 1,
          endpoint: 'GET /orders/{id}',
          path: '/total',
          kind: 'value',
          verdict: 'different',
          compared: 1_000,
          differing: 300,
          noise: 0,
          pValue: expect.any(Number),
          sampleId: null,
        },
      ],
    });
    const all = await call('GET', `${BASE}/differences?noise=include&limit=1`);
    expect([all.body.total, all.body.items.length]).toEqual([2, 1]);
    expect((await call('GET', `${BASE}/endpoints`)).body.items[0]).toMatchObject({ rank: 1, verdict: 'different' });
  });

  it('say so when nothing has been compared yet', async () => {
    expect((await call('GET', `${BASE}/verdict`)).body).toMatchObject({ verdict: 'not-enough-data', epoch: 0 });
    expect((await call('GET', `${BASE}/differences`)).body).toEqual({ epoch: 0, total: 0, items: [] });
    expect((await call('GET', `${BASE}/endpoints`)).body).toEqual({ epoch: 0, items: [] });
    expect((await call('GET', `${BASE}/epochs/compare`)).status).toBe(404);
  });

  it('are of the epoch that was asked for', async () => {
    epochs = [epoch([broken()]), epoch([cell(5_000, [])], { number: 2 })];
    expect((await call('GET', `${BASE}/verdict`)).body).toMatchObject({ epoch: 2, verdict: 'same' });
    expect((await call('GET', `${BASE}/verdict?epoch=1`)).body).toMatchObject({ epoch: 1, verdict: 'different' });
    expect(await call('GET', `${BASE}/verdict?epoch=9`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await call('GET', `${BASE}/epochs`)).body.items).toMatchObject([
      { epoch: 2 },
      { epoch: 1, compared: 1_000 },
    ]);
    const { body } = await call('GET', `${BASE}/epochs/compare`);
    expect(body).toMatchObject({ from: { epoch: 1 }, to: { epoch: 2 }, fixed: [{ path: '/total' }], new: [] });
  });

  it.each([
    ['verdict?epoch=one', 'epoch'],
    ['differences?noise=yes', 'noise'],
    ['differences?limit=0', 'limit'],
    ['differences?nosie=include', 'nosie'],
    ['samples?limit=1&limit=2', 'limit'],
  ])('%s is refused', async (path, parameter) => {
    const { status, body } = await call('GET', `${BASE}/${path}`);
    expect({ status, path: body.errors[0].path }).toEqual({ status: 400, path: parameter });
  });

  it('of a mirror that does not exist are 404', async () => {
    for (const path of ['verdict', 'endpoints', 'differences', 'samples', 'samples/x', 'rules', 'epochs']) {
      expect(await call('GET', `/api/v1/mirrors/ordrs/${path}`), path).toMatchObject({
        status: 404,
        body: { code: 'MIRROR_NOT_FOUND' },
      });
    }
  });

  it('begin an epoch by hand', async () => {
    epochs = [epoch([])];
    expect(await call('POST', `${BASE}/epoch`)).toEqual({ status: 202, body: { epoch: 2 } });
    expect(begun).toEqual(['orders']);
  });
});

describe('samples', () => {
  beforeEach(() => {
    samples = [sample('x1', '{"total":1,"at":"a"}', '{"total":1.0001,"at":"b"}')];
  });

  it('are shown with all sides and what differs by the rules of today', async () => {
    const { body } = await call('GET', `${BASE}/samples/x1`);
    expect(body).toMatchObject({
      id: 'x1',
      path: '/orders/7',
      primary: { status: 200, body: '{"total":1,"at":"a"}' },
      candidate: { body: '{"total":1.0001,"at":"b"}' },
      control: { lastByteMs: 4 },
      noise: [],
    });
    expect(body.differences.map((difference: { path: string }) => difference.path).sort()).toEqual(['/at', '/total']);
    await call('POST', `${BASE}/rules`, { effect: 'ignore', path: '/at', reason: 'time' });
    const again = await call('GET', `${BASE}/samples/x1`);
    expect(again.body.differences).toMatchObject([{ path: '/total', primary: '1', candidate: '1.0001' }]);
    expect((await call('GET', `${BASE}/samples/x2`)).status).toBe(404);
  });

  it('are asked for by group', async () => {
    const { body } = await call('GET', `${BASE}/samples?path=/total&kind=value&epoch=1`);
    expect(body.items).toHaveLength(1);
    expect(asked).toEqual([{ path: '/total', kind: 'value', epoch: 1, limit: 20 }]);
  });

  it('do not differ by what names the version', async () => {
    const [one] = samples as [SampleInput];
    const { exchange } = one;
    const candidate: Answer = { ...exchange.primary, headers: [...exchange.primary.headers, ['x-build', '2']] };
    samples = [{ ...one, exchange: { ...exchange, candidate } }];
    expect((await call('GET', `${BASE}/samples/x1`)).body.differences).toEqual([]);
  });

  it('are listed in brief, without what they hold', async () => {
    const { body } = await call('GET', `${BASE}/samples?view=brief`);
    expect(body.items).toMatchObject([{ id: 'x1', path: '/orders/7', candidate: { status: 200, lastByteMs: 4 } }]);
    expect(JSON.stringify(body)).not.toContain('total');
    const compared = await call('GET', `${BASE}/samples/x1?view=differences`);
    expect(compared.body.differences).toHaveLength(2);
    expect(compared.body.primary).not.toHaveProperty('body');
  });

  it('are asked for since a time', async () => {
    await call('GET', `${BASE}/samples?since=2026-01-05T12:00:00Z`);
    expect(asked).toEqual([{ sinceMs: START_MS, limit: 20 }]);
    expect((await call('GET', `${BASE}/samples?since=yesterday`)).body.errors).toMatchObject([{ path: 'since' }]);
  });

  it('are not run again where nobody says where requests go, nor as often as one likes', async () => {
    const url = `${BASE}/samples/x1/run-again`;
    expect((await call('POST', url)).body).toMatchObject({ code: 'RUN_AGAIN_REFUSED' });
    expect((await call('POST', url, { times: 1 })).body.errors).toMatchObject([{ path: 'times' }]);
    expect((await call('POST', url, { time: 3 })).body.errors).toMatchObject([{ path: 'time' }]);
    expect((await call('POST', `${BASE}/samples/x2/run-again`)).status).toBe(404);
  });
});

describe('differences since a time', () => {
  it('are those last seen since then', async () => {
    const early = field('/early', { candidateOnly: 300 }, { lastAtMs: START_MS });
    epochs = [epoch([cell(5_000, [early, field('/late', { candidateOnly: 300 })])])];
    const paths = async (since: string) =>
      (await call('GET', `${BASE}/differences?since=${since}`)).body.items.map(({ path }: { path: string }) => path);
    expect(await paths('2026-01-05T12:00:01Z')).toEqual(['/late']);
    expect(await paths('2026-01-05')).toHaveLength(2);
    expect(await paths('2026-01-05T13:00:01Z')).toEqual([]);
  });
});

describe('rules', () => {
  const rule = { effect: 'ignore', path: '/total', reason: 'rounding was agreed on', expiresAt: '2026-12-31' };

  it('are made, listed and deleted, and change the verdict at once', async () => {
    epochs = [epoch([cell(5_000, [field('/total', { candidateOnly: 300 })])])];
    const made = await call('POST', `${BASE}/rules`, rule, { 'x-shadowplane-actor': 'ann' });
    expect(made).toMatchObject({
      status: 201,
      body: { ...rule, author: 'ann', source: 'api', expired: false, expiresAt: '2026-12-31T00:00:00.000Z' },
    });
    expect((await call('GET', `${BASE}/rules`)).body.items).toEqual([made.body]);
    expect((await call('GET', `${BASE}/verdict`)).body.verdict).toBe('same');
    expect((await call('DELETE', `${BASE}/rules/${made.body.id}`)).status).toBe(204);
    expect((await call('GET', `${BASE}/verdict`)).body.verdict).toBe('different');
  });

  it('say by counts what they would hide, and make nothing', async () => {
    epochs = [epoch([cell(5_000, [field('/total', { candidateOnly: 300 }), field('/totals', { candidateOnly: 30 })])])];
    expect((await call('POST', `${BASE}/rules/preview`, rule)).body).toEqual({
      basis: 'counts',
      hides: [{ endpoint: 'GET /orders/{id}', path: '/total', kind: 'value', hidden: 300, of: 300 }],
      verdict: { without: 'different', with: 'different' },
    });
    expect((await call('GET', `${BASE}/rules`)).body.items).toEqual([]);
  });

  it('that depend on values say by samples what they would hide', async () => {
    epochs = [epoch([broken()])];
    samples = [sample('x1', '{"total":1}', '{"total":1.001}'), sample('x2', '{"total":1}', '{"total":2}')];
    const tolerance = { effect: 'tolerance', path: '/total', absolute: 0.01 };
    expect((await call('POST', `${BASE}/rules/preview`, tolerance)).body).toEqual({
      basis: 'samples',
      hides: [{ endpoint: 'GET /orders/{id}', path: '/total', kind: 'value', hidden: 1, of: 2 }],
      samples: 2,
    });
  });

  it('are previewed without a reason, but not made without one', async () => {
    const { reason, ...bare } = rule;
    expect((await call('POST', `${BASE}/rules/preview`, bare)).status).toBe(200);
    expect((await call('POST', `${BASE}/rules/preview`, { ...bare, reason: 7 })).status).toBe(400);
    expect((await call('POST', `${BASE}/rules`, bare)).body.errors).toMatchObject([{ path: 'reason' }]);
  });

  it('say when they do not hold for what was counted before', async () => {
    const format = { effect: 'format', path: '/at', format: 'timestamp', reason: 'a time' };
    expect((await call('POST', `${BASE}/rules`, format)).body.note).toMatch(/from now on.*new epoch/);
    expect((await call('POST', `${BASE}/rules`, rule)).body).not.toHaveProperty('note');
  });

  it('are suggested for what looks like noise, and not made', async () => {
    epochs = [epoch([cell(1_000, [field('/at', { both: 1_000 }), field('/total', { candidateOnly: 300 })])])];
    samples = [sample('x1', '{"at":"2026-01-05T12:00:00Z"}', '{"at":"2026-01-05T12:00:01Z"}')];
    expect((await call('GET', `${BASE}/rules/suggestions`)).body.items).toEqual([
      {
        rule: { effect: 'format', path: '/at', endpoint: 'GET /orders/{id}', format: 'timestamp' },
        why: 'The control differs here as well, in 100% of pairs, and looks like a time',
        hides: { pairs: 1_000, of: 1_000 },
      },
    ]);
    expect((await call('GET', `${BASE}/rules`)).body.items).toEqual([]);
    const { rule } = (await call('GET', `${BASE}/rules/suggestions`)).body.items[0];
    expect((await call('POST', `${BASE}/rules`, { ...rule, reason: 'a time' })).status).toBe(201);
    expect((await call('GET', `${BASE}/rules/suggestions`)).body.items).toEqual([]);
  });

  it('that are wrong are refused with what is wrong', async () => {
    const { status, body } = await call('POST', `${BASE}/rules`, { effect: 'ignore', path: 'total' });
    expect(status).toBe(400);
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(['reason', 'path']);
  });
});

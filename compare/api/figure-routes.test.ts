import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import type { EpochInput, SeriesPointInput } from '../report/index.ts';
import { cell, epoch, MIRROR, START_MS } from '../report/testing.ts';
import { RuleBook } from '../rules/index.ts';
import { comparisonRoutes } from './index.ts';

const BASE = '/api/v1/mirrors/orders';

let app: FastifyInstance;
let epochs: EpochInput[];
let points: SeriesPointInput[];

beforeEach(async () => {
  epochs = [];
  points = [];
  const comparison = {
    mirror: (name: string) => {
      if (name !== 'orders') throw new ShadowplaneError('MIRROR_NOT_FOUND', `There is no mirror "${name}"`);
      return MIRROR;
    },
    epochs: async () => epochs.map(({ number }) => number),
    epochHeads: async () => [],
    epoch: async (_: string, number: number) => epochs.find((one) => one.number === number),
    latencies: async () => [],
    series: () => points,
    beginEpoch: () => {},
    samples: async () => [],
    sample: async () => undefined,
  };
  const rules = new RuleBook({ rules: async () => [], putRule: async () => {}, deleteRule: async () => true });
  app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof ShadowplaneError)) throw error;
    return reply.code(error.httpStatus).send({ code: error.code });
  });
  app.register(comparisonRoutes({ comparison, rules, now: () => START_MS }), { prefix: '/api/v1' });
  await app.ready();
});
afterEach(() => app.close());

async function get(path: string) {
  const response = await app.inject({ method: 'GET', url: path });
  return { status: response.statusCode, body: response.json() };
}

it('series: the last hour unless told otherwise', async () => {
  points = [
    { endpoint: '*', atMs: START_MS - 60_000, compared: 3, differing: 1 },
    { endpoint: '*', atMs: START_MS - 7_200_000, compared: 4, differing: 0 },
  ];
  expect((await get(`${BASE}/series`)).body).toEqual({
    stepMs: 60_000,
    from: '2026-01-05T11:01:00.000Z',
    to: '2026-01-05T12:01:00.000Z',
    items: [{ endpoint: '*', points: [[START_MS - 60_000, 3, 1]] }],
  });
  expect((await get(`${BASE}/series?minutes=360`)).body.items[0].points).toHaveLength(2);
  expect(await get(`${BASE}/series?minutes=361`)).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
});

it('latency: of the current epoch or of one that is named', async () => {
  expect((await get(`${BASE}/latency`)).body).toEqual({ epoch: 0, items: [] });
  epochs = [epoch([cell(10, [])]), epoch([cell(20, [])], { number: 2 })];
  expect((await get(`${BASE}/latency`)).body).toMatchObject({
    epoch: 2,
    items: [{ endpoint: '*', arms: { primary: { count: 20 } } }, { endpoint: 'GET /orders/{id}' }],
  });
  expect((await get(`${BASE}/latency?epoch=1&endpoint=GET%20/none`)).body).toMatchObject({
    epoch: 1,
    items: [{ endpoint: '*', arms: { candidate: { count: 10 } } }],
  });
  expect((await get(`${BASE}/latency?epoch=3`)).status).toBe(404);
});

it('health: what is known, and that no Envoy tells anything', async () => {
  expect((await get(`${BASE}/health`)).body).toMatchObject({
    mirror: 'orders',
    envoys: [],
    lost: { expired: 2 },
    notes: [expect.stringContaining('No Envoy')],
  });
});

it.each(['series', 'latency', 'health'])('%s of a mirror that is not there is a 404', async (route) => {
  expect(await get(`/api/v1/mirrors/other/${route}`)).toEqual({ status: 404, body: { code: 'MIRROR_NOT_FOUND' } });
  expect((await get(`${BASE}/${route}?what=1`)).status).toBe(400);
});

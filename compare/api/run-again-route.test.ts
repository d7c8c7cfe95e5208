import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import type { MirrorServices } from '../again/index.ts';
import { compileRules } from '../diff/index.ts';
import type { SampleInput } from '../report/index.ts';
import type { Comparison } from './comparison.ts';
import { addRunAgainRoute } from './run-again-route.ts';

const URL = '/mirrors/orders/samples/e1/run-again';
/** Holds its answers until the test lets them go. */
const waiting: ServerResponse[] = [];
const server = createServer((_, response) => void waiting.push(response));
let services: MirrorServices;

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const addresses = [{ host: '127.0.0.1', port }];
  const guardProbe = { path: '/', intervalMs: 5_000, timeoutMs: 1_000 };
  const service = { name: 'any', addresses, protocol: 'http1', connectTimeoutMs: 5_000, guardProbe } as const;
  services = { primary: service, candidate: service, headers: { set: [], remove: [] } };
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function app() {
  const exchange = { id: 'e1', mirror: 'orders', reason: 'sample', method: 'GET', path: '/orders/7', atMs: 1 };
  const sample = { exchange, endpoint: 'GET /orders/{id}', requestHeaders: [] } as unknown as SampleInput;
  const comparison = { mirror: () => {}, sample: async () => sample } as unknown as Comparison;
  const fastify = Fastify();
  fastify.setErrorHandler((error, _, reply) => {
    if (!(error instanceof ShadowplaneError)) throw error;
    return reply.code(error.httpStatus).send({ code: error.code });
  });
  addRunAgainRoute(fastify, { comparison, servicesOf: () => services }, (_, endpoint) => compileRules([], endpoint, 0));
  return fastify;
}

const answerAll = () => waiting.splice(0).map((response) => response.end('{}'));

it('answers with each run, and refuses more at once than people need', async () => {
  const api = app();
  const post = () => api.inject({ method: 'POST', url: URL, payload: { times: 2 } });
  const running = [post(), post()];
  await expect.poll(() => waiting.length).toBe(4);
  const refused = await post();
  expect([refused.statusCode, refused.json().code]).toEqual([503, 'BUSY']);
  answerAll();
  await expect.poll(() => waiting.length).toBe(4);
  answerAll();
  for (const { statusCode, json } of await Promise.all(running)) {
    expect(statusCode).toBe(200);
    expect(json()).toMatchObject({ deterministic: true, runs: [{ differences: [] }, { differences: [] }] });
  }
  const after = post();
  await expect.poll(() => waiting.length).toBe(2);
  answerAll();
  await expect.poll(() => waiting.length).toBe(2);
  answerAll();
  expect((await after).statusCode).toBe(200);
  await api.close();
});

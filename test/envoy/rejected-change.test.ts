/**
 * What Envoy rejects is answered with Envoy's own words and taken back; what only its own rules can tell is never half
 * in force, and traffic goes on as before.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, httpRequest, type OrdersStack, startOrders } from '../support/index.ts';

let orders: OrdersStack;

beforeAll(async () => {
  const mirror = { segments: { employees: '100%' }, sample: '0%' };
  orders = await startOrders({ mirror, segments: { employees: { header: 'x-group', equals: 'employees' } } });
});

afterAll(() => orders.close());

/** Replaces the configuration by what `change` makes of it. */
async function put(change: (config: Config) => object): Promise<{ status: number; answer: Record<string, unknown> }> {
  const { config } = (await orders.stack.api.get('/config')) as { config: Config };
  const { status, text } = await httpRequest('PUT', `${orders.stack.api.url}/api/v1/config?wait=5s`, change(config));
  return { status, answer: JSON.parse(text) };
}

interface Config {
  readonly services: Readonly<Record<string, object>>;
}

async function configuration(): Promise<unknown> {
  return (await orders.stack.api.get('/config')).config;
}

async function mirrorsEmployees(): Promise<void> {
  orders.clear();
  const url = `http://127.0.0.1:${orders.port}/api/orders/1`;
  const answers = await Promise.all(
    ['employees', 'others'].map((group) => fetch(url, { headers: { 'x-group': group } })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await eventually(() => orders.shadow.recorder.count === 1, { what: 'the copy of the one employee' });
  expect(orders.primary.recorder.count).toBe(2);
}

const UNKNOWN_FUNCTION = (config: Config) => ({ ...config, segments: { employees: { cel: 'isEmployee(request)' } } });
const MISSING_FILE = (config: Config) => ({
  ...config,
  services: { ...config.services, v1: { ...config.services.v1, tls: { serverName: 'v1', caFile: '/missing.pem' } } },
});
const NEGATIVE_TIMEOUT = (config: Config) => ({
  ...config,
  envoy: { clusters: [{ name: 'extra', type: 'STATIC', connect_timeout: '-1s' }] },
});

it.each([
  ['a CEL function that Envoy does not have', UNKNOWN_FUNCTION, /Wasm plugin shadowplane\.primary/],
  ['a file that Envoy does not have', MISSING_FILE, /\/missing\.pem/],
  ['a value that Envoy does not allow', NEGATIVE_TIMEOUT, /positive duration/],
])('%s', async (_, change, words) => {
  await mirrorsEmployees();
  const before = await configuration();
  const { status, answer } = await put(change);
  expect(status).toBe(422);
  expect(answer).toMatchObject({ code: 'ENVOY_REJECTED', envoyMessage: expect.stringMatching(words) });
  expect(await configuration()).toEqual(before);
  await eventually(async () => JSON.stringify(await rejections()) === '[null]', {
    what: 'one Envoy without rejection',
  });
  await mirrorsEmployees();
});

async function rejections(): Promise<unknown[]> {
  const { items } = (await orders.stack.api.get('/envoys')) as { items: Array<{ lastRejection: unknown }> };
  return items.map(({ lastRejection }) => lastRejection);
}

/** Without a working filter nothing is mirrored, requests pass, and markers that clients send are still stripped. */
import { afterEach, expect, test } from 'vitest';
import { brokenFilter, eventually, type OrdersStack, runLoad, sendRaw, startOrders } from '../support/index.ts';

const REQUESTS = 500;
const FORGED = { 'x-shadow': 'true', 'X-Shadow-Reason': 'sample', 'x-shadow-id': 'forged' };
const request = { path: '/api/orders', headers: FORGED };

let orders: OrdersStack;
afterEach(() => orders?.close());

const start = async (breakage: Parameters<typeof brokenFilter>[0]) =>
  startOrders({ mirror: { sample: '100%' }, stack: { filterWasm: await brokenFilter(breakage) } });

async function passesUnmirrored(): Promise<void> {
  orders.clear();
  const load = await runLoad({ port: orders.port, total: REQUESTS, request: () => request });
  await orders.settled();
  expect(load).toMatchObject({ failed: 0, failures: [], statuses: { 200: REQUESTS } });
  expect(orders.primary.recorder.count).toBe(REQUESTS);
  expect(orders.primary.recorder.all.filter(({ markers }) => Object.keys(markers).length > 0)).toEqual([]);
  expect(orders.shadow.recorder.started).toBe(0);
}

test.each(['is no wasm', 'refuses its configuration'] as const)('a filter that %s', async (breakage) => {
  orders = await start(breakage);
  await passesUnmirrored();
});

test('a filter that traps on every request is not entered by requests of the default service', async () => {
  orders = await start('traps on every request');
  const load = await runLoad({ port: orders.port, total: REQUESTS, request: () => ({ path: '/basket' }) });
  expect(load).toMatchObject({ failed: 0, statuses: { 200: REQUESTS } });
  // The machines are still there to trap.
  expect((await sendRaw(orders.port, request)).status).toBe(503);
});

test('a filter that traps on every request: what is in flight in its machine fails, everything after that passes', async () => {
  orders = await start('traps on every request');
  // Each worker has a machine of its own, which dies with its first request; connections spread over the workers.
  let passed = 0;
  await eventually(async () => {
    const { status } = await sendRaw(orders.port, request);
    expect([200, 503]).toContain(status);
    passed = status === 200 ? passed + 1 : 0;
    return passed >= 50;
  });
  await passesUnmirrored();
});

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createOrderService } from './service.ts';

let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

async function start(environment: NodeJS.ProcessEnv): Promise<string> {
  server = createOrderService({ name: 'order-v2', version: 'v2', environment });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ORDER = JSON.stringify({
  customer: 'u-1',
  lines: [{ sku: 'MUG-01', quantity: 2 }],
  shipTo: { country: 'DE', postalCode: '10115' },
  payment: 'card',
});

test('with SHADOW_MODE every request is treated as a copy', async () => {
  const url = await start({ SHADOW_MODE: 'true' });
  expect((await fetch(`${url}/api/orders`, { method: 'POST', body: ORDER })).status).toBe(201);
  const seen = await (await fetch(`${url}/debug/seen`)).json();
  expect(seen).toMatchObject({ shadowRequests: 1, effects: { persisted: 0, suppressed: 1 } });
});

test('copies are those that a proxy of the network marks, and the guard proves it', async () => {
  const url = await start({});
  const marked = { method: 'POST', body: ORDER, headers: { 'x-shadow': 'true' } };
  const answer = await fetch(`${url}/api/orders`, marked);
  expect([answer.status, answer.headers.get('x-shadow-guard')]).toEqual([201, 'marked']);
  await fetch(`${url}/api/orders`, { method: 'POST', body: ORDER });
  expect(await (await fetch(`${url}/debug/seen`)).json()).toMatchObject({
    effects: { persisted: 1, produced: 1, suppressed: 1 },
  });
  const proof = await fetch(`${url}/.well-known/shadow-guard`, { headers: { 'x-shadow': 'true' } });
  expect(await proof.json()).toMatchObject({ guard: 'shadowplane', mode: 'marked', guarded: true });
});

test('a body above 1 MiB is answered 413, and the connection lives on', async () => {
  const url = await start({});
  const large = await fetch(`${url}/api/orders`, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
  expect(large.status).toBe(413);
  expect((await fetch(`${url}/api/orders`, { method: 'POST', body: ORDER })).status).toBe(201);
});

test('markers of many kinds do not grow the memory without bound', async () => {
  const url = await start({});
  for (let i = 0; i < 250; i++) {
    await fetch(`${url}/api/orders`, { headers: { 'x-shadow': 'true', 'x-shadow-segment': `s${i}` } });
  }
  const { copies } = (await (await fetch(`${url}/debug/seen`)).json()) as { copies: Record<string, number> };
  expect(Object.keys(copies)).toHaveLength(201);
  expect(copies.other).toBe(50);
});

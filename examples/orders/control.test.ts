import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startControl } from './control.ts';
import { ReleaseHolder } from './release.ts';
import { createOrderService } from './service.ts';

let servers: Server[];
let [api, control] = ['', ''];
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeEach(async () => {
  const release = new ReleaseHolder('v2');
  const service = createOrderService({ name: 'order-v2', version: release, environment: {} });
  await once(service.listen(0, '127.0.0.1'), 'listening');
  servers = [service, await startControl(release, 0)];
  [api, control] = servers.map(urlOf) as [string, string];
});
afterEach(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

/** Loyalty points and a customer overseas: what both bugs of v2 are about. */
const ORDER = JSON.stringify({
  customer: 'u-1',
  lines: [{ sku: 'KET-10', quantity: 1 }],
  shipTo: { country: 'DE', postalCode: '10115' },
  payment: 'card',
  redeemPoints: 500,
});

async function quote() {
  const answer = await fetch(`${api}/api/orders/quote`, { method: 'POST', body: ORDER });
  const body = (await answer.json()) as { totals?: { tax: number; total: number } };
  return { status: answer.status, version: answer.headers.get('x-app-version'), ...body.totals };
}

async function post(path: string) {
  const answer = await fetch(control + path, { method: 'POST' });
  return { status: answer.status, body: await answer.json() };
}

test('another build is deployed while it runs, and says so in its version', async () => {
  const before = await quote();
  expect(before.version).toBe('2.0.0-rc.3');
  expect(await post('/deploy/v2-fixed')).toEqual({ status: 200, body: { version: 'v2-fixed' } });
  const after = await quote();
  expect(after.version).toBe('2.0.0');
  expect(after.tax).toBeLessThan(before.tax!);
});

test('it breaks in each way, its version stays, and another build mends it', async () => {
  const good = await quote();
  await post('/break/totals');
  expect(await quote()).toEqual({ ...good, total: good.total! + 1 });
  await post('/break/errors?share=50%');
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await quote()).status);
  expect(statuses).toEqual([200, 500, 200, 500, 200, 500]);
  await post('/break/slow?share=1');
  const startedMs = performance.now();
  expect(await quote()).toEqual(good);
  expect(performance.now() - startedMs).toBeGreaterThan(240);
  expect(await (await fetch(control)).json()).toEqual({ version: 'v2', fault: { kind: 'slow', share: 1 } });
  await post('/deploy/v2');
  expect(await (await fetch(control)).json()).toEqual({ version: 'v2' });
});

test('anything else is answered with what there is, and the API has no such path', async () => {
  for (const path of ['/deploy/v3', '/break/everything', '/break/errors?share=120%', '/']) {
    expect((await post(path)).status).toBe(404);
  }
  expect((await fetch(`${api}/deploy/v2-fixed`, { method: 'POST' })).status).toBe(404);
  expect((await quote()).version).toBe('2.0.0-rc.3');
});

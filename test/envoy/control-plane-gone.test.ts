/**
 * The control plane is not in the path of requests: killed, it leaves Envoy with the last policy, and comes back to it, and
 * to what was decided while it ran.
 */
import { afterEach, expect, test } from 'vitest';
import { eventually, type OrdersStack, runLoad, startLoad, startOrders } from '../support/index.ts';

const REQUESTS = 500;

let orders: OrdersStack;
afterEach(() => orders?.close());

/** What Envoy counts whenever it is sent something of a type, also if it is what it has already. */
const UPDATES = /\.(update_success|update_rejected|config_reload|load_success)$/;

const request = () => ({ path: '/api/orders' });

async function copiesOfLoad(): Promise<number> {
  orders.clear();
  const load = await runLoad({ port: orders.port, total: REQUESTS, request });
  expect(load).toMatchObject({ failed: 0, failures: [] });
  await orders.settled();
  return orders.shadow.recorder.count;
}

test('killed under load: no request fails, mirroring goes on, and a new one takes over where the old one was', async () => {
  orders = await startOrders({ stack: { controlPlaneProcess: true } });
  const { api, admin } = orders.stack;
  await api.patchMirror('orders', { sample: '100%' }, '30s');

  const load = startLoad({ port: orders.port, request });
  const during = async (change: () => Promise<unknown>) => {
    const sentBefore = load.sent;
    await change();
    await eventually(() => load.sent > sentBefore + REQUESTS);
  };
  const connected = async () => (await admin.sum(/^control_plane\.connected_state$/)) === 1;
  await during(async () => expect(await connected()).toBe(true));
  const updates = await admin.stats(UPDATES);
  await during(() => orders.stack.killControlPlane());
  await eventually(async () => !(await connected()));
  orders.clear();
  await eventually(() => orders.shadow.recorder.count > REQUESTS, { what: 'copies without a control plane' });

  await during(() => orders.stack.restartControlPlane());
  await eventually(connected, { timeoutMs: 30_000 });
  expect(await load.stop()).toMatchObject({ failed: 0, failures: [], reconnects: 0 });

  // The answered write has survived, and the next one reaches Envoy.
  expect(await api.get('/mirrors/orders')).toMatchObject({ sample: '100%' });
  expect(await copiesOfLoad()).toBe(REQUESTS);
  await api.patchMirror('orders', { sample: '0%' }, '30s');
  expect(await copiesOfLoad()).toBe(0);

  // Versions are the same as before the kill, so that of all types only the one that has changed since was sent.
  const updatesSince = Object.entries(await admin.stats(UPDATES)).filter(([name, count]) => count !== updates[name]);
  expect(Object.keys(updates).length).toBeGreaterThan(5);
  const once = ['runtime.load_success', 'runtime.update_success'].map((name) => [name, updates[name]! + 1]);
  expect(Object.fromEntries(updatesSince)).toEqual(Object.fromEntries(once));
});

test('killed while copies are stopped: nothing is copied then or later, and the machines of the filter stay as they are', async () => {
  orders = await startOrders({ mirror: { sample: '100%' }, stack: { controlPlaneProcess: true } });
  const { api, admin } = orders.stack;
  const braked = async () => (await api.get('/mirrors/orders/brake')).state === 'on';
  await api.post('/filter/revive', { role: 'primary' });
  await eventually(async () => (await copiesOfLoad()) === REQUESTS);
  // Envoy has more from the start.
  await api.patchMirror('orders', { brake: { memory: '1MiB' } }, '30s');
  await eventually(braked, { timeoutMs: 30_000 });
  await eventually(async () => (await copiesOfLoad()) === 0);

  const updates = await admin.stats(UPDATES);
  const load = startLoad({ port: orders.port, request });
  await orders.stack.killControlPlane();
  const connected = async () => (await admin.sum(/^control_plane\.connected_state$/)) === 1;
  await eventually(async () => !(await connected()));
  await orders.stack.restartControlPlane();
  await eventually(connected, { timeoutMs: 30_000 });
  await eventually(braked);
  const sent = load.sent;
  await eventually(() => load.sent > sent + REQUESTS);
  expect(await load.stop()).toMatchObject({ failed: 0, failures: [] });
  await orders.settled();
  expect(orders.shadow.recorder.count).toBe(0);
  expect(await admin.stats(UPDATES)).toEqual(updates);
  expect(await api.get('/mirrors/orders/brake')).toMatchObject({ stops: 1 });
  expect(await api.get('/filter')).toMatchObject({ items: [{ role: 'primary', revivals: 1 }, { role: 'shadow' }] });
});

/** 200 live changes while requests keep coming: not one of them fails and no connection is closed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type OrdersStack, startLoad, startOrders } from '../support/index.ts';

const CHANGES = 200;

let orders: OrdersStack;
beforeAll(async () => {
  orders = await startOrders({
    segments: {
      employees: { header: 'x-user-group', equals: 'employees' },
      beta: { cookie: 'plan', equals: 'beta' },
    },
    mirror: { segments: { employees: '100%' }, sample: '5%' },
    withControl: true,
  });
});
afterAll(() => orders?.close());

/** Of every kind: fractions (RTDS), routes and filter (RDS, ECDS), clusters (CDS), pause. */
const KINDS_OF_CHANGE: ReadonlyArray<(round: number) => Promise<unknown>> = [
  (round) => orders.stack.api.patchMirror('orders', { sample: `${(round % 10) * 10}%` }),
  (round) => orders.stack.api.patchMirror('orders', { segments: { employees: '50%', beta: `${round % 100}%` } }),
  (round) => orders.stack.api.patchMirror('orders', { segments: { beta: null, employees: `${round % 100}%` } }),
  (round) => orders.stack.api.patchMirror('orders', { control: round % 2 === 0 ? null : 'v1-twin' }),
  () => orders.stack.api.patchMirror('orders', { limits: { maxBodyBytes: '2MiB' } }),
  () => orders.stack.api.pause('orders'),
  () => orders.stack.api.resume('orders'),
  (round) => orders.stack.api.patchMirror('orders', { limits: { maxBodyBytes: `${1 + (round % 7)}MiB` } }),
];

test('200 live changes under load: zero non-2xx, zero reconnects', async () => {
  const before = await orders.stack.admin.listenerChanges();
  const load = startLoad({
    port: orders.port,
    connections: 8,
    request: (index) => ({
      path: `/api/orders/${index}`,
      headers: index % 3 === 0 ? { 'x-user-group': 'employees' } : { cookie: 'plan=beta' },
    }),
  });
  try {
    for (let change = 0; change < CHANGES; change++) {
      const sentBefore = load.sent;
      await KINDS_OF_CHANGE[change % KINDS_OF_CHANGE.length]!(change);
      await eventually(() => load.sent >= sentBefore + 8, { intervalMs: 1, what: 'requests under the new revision' });
    }
  } finally {
    const result = await load.stop();
    expect(result).toMatchObject({ failed: 0, failures: [], reconnects: 0 });
    expect(result.sent).toBeGreaterThan(CHANGES * 8);
  }
  expect(await orders.stack.admin.listenerChanges()).toEqual(before);
  expect(await orders.stack.admin.sum(/\.update_rejected$/)).toBe(0);
  await orders.settled();
  expect(orders.shadow.recorder.count).toBeGreaterThan(0);
  expect(orders.primary.recorder.count).toBe(load.sent);
});

/** Markers that a client sends: at an edge they change nothing and go nowhere; behind a trusted hop they stay. */
import { afterEach, expect, test } from 'vitest';
import { type OrdersStack, runLoad, sendRaw, startOrders } from '../support/index.ts';

let orders: OrdersStack;
afterEach(() => orders?.close());

const FORGED = {
  'x-shadow': 'true',
  'X-Shadow-Mirror': 'orders',
  'x-shadow-reason': 'segment',
  'x-shadow-segment': 'employees',
  'x-shadow-role': 'control',
  'x-shadow-id': 'forged',
  'X-SHADOW-Other': 'forged',
};

const segments = { employees: { header: 'x-user-group', equals: 'employees' } };

test('strip (default): a forged request is selected like any other, and no forged marker is delivered', async () => {
  orders = await startOrders({ segments, mirror: { segments: { employees: '0%' }, sample: '100%' } });
  const request = (headers: object) => ({ path: '/api/orders', headers: { ...headers } });
  expect((await sendRaw(orders.port, request({ ...FORGED, 'x-test-id': 'sample' }))).status).toBe(200);
  const employee = { ...FORGED, 'x-user-group': 'employees', 'x-test-id': 'segment' };
  expect((await sendRaw(orders.port, request(employee))).status).toBe(200);
  await orders.settled();

  expect(orders.primary.recorder.all.map(({ markers }) => markers)).toEqual([{}, {}]);
  // The employee is in a segment with 0%, and claiming to be a copy does not help.
  expect(orders.shadow.recorder.all.map(({ testId }) => testId)).toEqual(['sample']);
  const { parts, markers } = orders.shadow.recorder.only('sample');
  expect(markers).toMatchObject({ 'x-shadow': 'true', 'x-shadow-reason': 'sample', 'x-shadow-role': 'candidate' });
  expect(Object.keys(markers).toSorted()).toEqual([
    'x-shadow',
    'x-shadow-id',
    'x-shadow-mirror',
    'x-shadow-reason',
    'x-shadow-role',
  ]);
  expect(parts.head.toString()).not.toContain('forged');
  for (const name of Object.keys(markers))
    expect(parts.headers.filter(([header]) => header.toLowerCase() === name)).toHaveLength(1);
});

test('strip: nothing is mirrored for a forged decision where the share is 0%', async () => {
  orders = await startOrders({ segments, mirror: { segments: { employees: '100%' }, sample: '0%' } });
  const load = await runLoad({
    port: orders.port,
    total: 200,
    request: () => ({ path: '/api/orders', headers: FORGED }),
  });
  await orders.settled();
  expect(load.failed).toBe(0);
  expect(orders.primary.recorder.count).toBe(200);
  expect(orders.shadow.recorder.started).toBe(0);
});

test('trust: markers reach the primary as they came, and a marked request is never mirrored again', async () => {
  orders = await startOrders({ segments, mirror: { sample: '100%' }, policy: { markers: 'trust' } });
  await sendRaw(orders.port, { path: '/api/orders', headers: { ...FORGED, 'x-test-id': 'marked' } });
  await sendRaw(orders.port, { path: '/api/orders', headers: { 'x-test-id': 'plain' } });
  await orders.settled();

  const lowerCase = Object.fromEntries(Object.entries(FORGED).map(([name, value]) => [name.toLowerCase(), value]));
  expect(orders.primary.recorder.only('marked').markers).toEqual(lowerCase);
  expect(orders.primary.recorder.only('plain').markers).toEqual({});
  expect(orders.shadow.recorder.all.map(({ testId }) => testId)).toEqual(['plain']);
});

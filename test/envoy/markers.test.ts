/** Copies say what they are; the primary, the client and everyone else never see a marker. Control and candidate get the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrdersStack, type RawAnswer, runLoad, startOrders } from '../support/index.ts';

const REQUESTS = 400;

let orders: OrdersStack;
const answers: RawAnswer[] = [];
beforeAll(async () => {
  orders = await startOrders({
    segments: { employees: { header: 'x-user-group', equals: 'employees' } },
    mirror: { segments: { employees: '100%' }, sample: '100%', sideEffects: 'trusted' },
    withControl: true,
  });
  const load = await runLoad({
    port: orders.port,
    total: REQUESTS,
    request: (index) => ({
      method: 'POST',
      path: `/api/orders?n=${index}`,
      headers: {
        'x-test-id': String(index),
        'x-user-group': isEmployee(index) ? 'employees' : 'none',
        // The same for all: pairing must not lean on it.
        'x-request-id': 'f058ebd6-93f3-4a4b-b4a4-3b1e2a1b3c4d',
      },
      body: `order ${index}`,
    }),
    onAnswer: (answer) => answers.push(answer),
  });
  expect(load.failed).toBe(0);
  await orders.settled();
});
afterAll(() => orders?.close());

const isEmployee = (index: number) => index % 2 === 0;
const indices = Array.from({ length: REQUESTS }, (_, index) => index);

test.each(['candidate', 'control'] as const)('%s: reason, segment, mirror and role are right in every copy', (role) => {
  const { recorder } = role === 'candidate' ? orders.shadow : orders.control;
  expect(recorder.count).toBe(REQUESTS);
  for (const index of indices) {
    const reason = isEmployee(index)
      ? { 'x-shadow-reason': 'segment', 'x-shadow-segment': 'employees' }
      : { 'x-shadow-reason': 'sample' };
    const expected = { 'x-shadow': 'true', 'x-shadow-mirror': 'orders', 'x-shadow-role': role, ...reason };
    const { 'x-shadow-id': id, ...others } = recorder.only(String(index)).markers;
    expect(others).toEqual(expected);
    expect(id).toMatch(/^orders\/(segment\/[-a-z0-9]+|sample)\/[0-9a-f]{36}$/);
  }
});

test('ids are unique, and the same in both copies of a request', () => {
  const idsOf = (upstream: typeof orders.shadow) =>
    indices.map((index) => upstream.recorder.only(String(index)).markers['x-shadow-id']);
  expect(new Set(idsOf(orders.shadow)).size).toBe(REQUESTS);
  expect(idsOf(orders.control)).toEqual(idsOf(orders.shadow));
});

test('copies carry the method, path, body and headers of the original', () => {
  /** What Envoy and we add to a copy on purpose. */
  const added = /^(x-shadow|x-envoy-internal$|x-forwarded-for$)/;
  for (const index of indices) {
    const original = orders.primary.recorder.only(String(index)).parts;
    for (const { recorder } of [orders.shadow, orders.control]) {
      const copy = recorder.only(String(index)).parts;
      const { method, path, bodySha256 } = original;
      expect(copy).toMatchObject({ method, path, bodySha256 });
      const comparable = (headers: typeof copy.headers) =>
        headers.filter(([name]) => !added.test(name.toLowerCase())).toSorted();
      expect(comparable(copy.headers)).toEqual(comparable(original.headers));
    }
  }
});

test('no marker reaches the primary or the client', () => {
  expect(orders.primary.recorder.count).toBe(REQUESTS);
  for (const request of orders.primary.recorder.all) expect(request.markers).toEqual({});
  expect(answers).toHaveLength(REQUESTS);
  for (const { message } of answers) expect(message.head.toString()).not.toMatch(/shadow/i);
});

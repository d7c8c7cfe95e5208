/** Not only shares: receivers, segments, paths and stickiness change live too, together and at once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrdersStack, RawConnection, startOrders } from '../support/index.ts';

const CONNECTIONS = 8;
const ROUNDS = 3;

let orders: OrdersStack;
let connections: RawConnection[];
beforeAll(async () => {
  orders = await startOrders({
    segments: { employees: { header: 'x-employee', present: true } },
    mirror: { sample: '0%' },
    withControl: true,
  });
  connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => RawConnection.open(orders.port)));
});
afterAll(async () => {
  for (const connection of connections ?? []) connection.close();
  await orders?.close();
});

/** One after another, round and round: what is changed, and who then gets a copy of an employee's request. */
const CHANGES = [
  { patch: { segments: { employees: '100%' } }, shadow: true, control: true },
  { patch: { control: null }, shadow: true, control: false },
  { patch: { sticky: { header: 'x-employee' } }, shadow: true, control: false },
  { patch: { sticky: null, control: 'v1-twin' }, shadow: true, control: true },
  { patch: { segments: { employees: null } }, shadow: false, control: false },
  { patch: { match: { path: '/api' }, sample: '100%' }, shadow: true, control: true },
  { patch: { match: { path: '/api/orders/7' } }, shadow: false, control: false },
  { patch: { match: { path: '/api/orders' }, methods: ['HEAD'] }, shadow: false, control: false },
  { patch: { methods: null, shadow: 'v1-twin', control: null }, shadow: false, control: true },
  { patch: { shadow: 'v2', control: 'v1-twin', sample: '0%' }, shadow: false, control: false },
];

test('the next requests follow each change, on connections that stay open', async () => {
  const before = await orders.stack.admin.listenerChanges();
  for (const { patch, shadow, control } of Array.from({ length: ROUNDS }, () => CHANGES).flat()) {
    orders.clear();
    const written = await orders.stack.api.patchMirror('orders', patch, '30s');
    expect(written, JSON.stringify(patch)).toMatchObject({ applied: { acked: 1, of: 1 } });
    const request = { path: '/api/orders', headers: { 'x-employee': 'e1' } };
    const answers = await Promise.all(connections.map((connection) => connection.request(request)));
    expect(answers.map(({ status }) => status)).toEqual(connections.map(() => 200));
    await orders.settled();
    const copies = { shadow: orders.shadow.recorder.count, control: orders.control.recorder.count };
    const expected = { shadow: shadow ? CONNECTIONS : 0, control: control ? CONNECTIONS : 0 };
    expect(copies, JSON.stringify(patch)).toEqual(expected);
  }
  expect(await orders.stack.admin.listenerChanges()).toEqual(before);
  expect(connections.every(({ isOpen }) => isOpen)).toBe(true);
});

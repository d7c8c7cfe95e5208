/** Clients that hang up, before or after their request was complete, leave nothing behind. */
import { afterEach, expect, test } from 'vitest';
import { eventually, heldAnswers, type OrdersStack, RawConnection, runLoad, startOrders } from '../support/index.ts';

const CLIENTS = 20;

let orders: OrdersStack;
afterEach(() => orders?.close());

async function nothingInFlight(): Promise<void> {
  await orders.settled();
  const services = /^cluster\.(orders|default)\/.*\.upstream_rq(_pending)?_active$/;
  const users = /^http\.shadowplane\.downstream_rq_active$/;
  const active = async () => (await orders.stack.admin.sum(services)) + (await orders.stack.admin.sum(users));
  await eventually(async () => (await active()) === 0, { what: 'no stream left' });
}

async function mirroringStillWorks(): Promise<void> {
  orders.clear();
  const load = await runLoad({ port: orders.port, total: 100, request: () => ({ path: '/api/orders' }) });
  await orders.settled();
  expect(load.failed).toBe(0);
  expect(orders.shadow.recorder.count).toBe(100);
}

test('aborted in the middle of an upload: the copy is cancelled with the request', async () => {
  orders = await startOrders({ mirror: { sample: '100%', sideEffects: 'trusted' } });
  const connections = await Promise.all(Array.from({ length: CLIENTS }, () => RawConnection.open(orders.port)));
  for (const { socket } of connections) {
    socket.write('POST /api/orders HTTP/1.1\r\nhost: test\r\ncontent-length: 1000000\r\n\r\n');
    socket.write(Buffer.alloc(300_000));
  }
  await eventually(() => orders.primary.recorder.started === CLIENTS && orders.shadow.recorder.started === CLIENTS);
  for (const connection of connections) connection.close();
  await nothingInFlight();
  expect([orders.primary.recorder.count, orders.shadow.recorder.count]).toEqual([0, 0]);
  await mirroringStillWorks();
});

test('aborted while waiting for the answer: the copy, complete by then, arrives', async () => {
  const held = heldAnswers();
  orders = await startOrders({ answers: { primary: held.answer }, mirror: { sample: '100%' } });
  const connections = await Promise.all(Array.from({ length: CLIENTS }, () => RawConnection.open(orders.port)));
  for (const connection of connections) connection.request({ path: '/api/orders' }).catch(() => {});
  await eventually(() => held.held === CLIENTS && orders.shadow.recorder.count === CLIENTS);
  for (const connection of connections) connection.close();
  held.release();
  await nothingInFlight();
  await mirroringStillWorks();
});

/** A change by API, command line or file holds for the next requests; no connection is drained, no request fails. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, type OrdersStack, RawConnection, startOrders } from '../support/index.ts';

const BATCH = 100;

let orders: OrdersStack;
let connection: RawConnection;
beforeAll(async () => {
  orders = await startOrders({
    segments: { employees: { header: 'x-user-group', equals: 'employees' } },
    mirror: { segments: { employees: '0%' }, sample: '0%' },
  });
  connection = await RawConnection.open(orders.port);
});
afterAll(async () => {
  connection?.close();
  await orders?.close();
});
beforeEach(() => orders.clear());

/** Copies that a batch on the one connection makes, which has to stay open for the whole file. */
async function copiesOfBatch(headers: Record<string, string> = {}): Promise<number> {
  orders.clear();
  for (let i = 0; i < BATCH; i++) {
    const answer = await connection.request({ path: '/api/orders', headers });
    expect([answer.status, answer.header('connection')]).toEqual([200, undefined]);
  }
  await orders.settled();
  return orders.shadow.recorder.count;
}

/** Runs `change` and asserts that the listener did not notice. */
async function withoutDrain(change: () => Promise<void>): Promise<void> {
  const { admin } = orders.stack;
  const before = await admin.listenerChanges();
  expect(before['listener_manager.total_listeners_draining']).toBe(0);
  await change();
  expect(await admin.listenerChanges()).toEqual(before);
  expect(await admin.sum(/^http\..*downstream_cx_drain_close$/)).toBe(0);
  expect(connection.isOpen).toBe(true);
}

test('PATCH that waits for Envoy: the very next requests follow', () =>
  withoutDrain(async () => {
    expect(await copiesOfBatch()).toBe(0);
    for (const [sample, copies] of [
      ['100%', BATCH],
      ['0%', 0],
    ] as const) {
      const written = await orders.stack.api.patchMirror('orders', { sample }, '30s');
      expect(written).toMatchObject({ applied: { acked: 1, of: 1 } });
      expect(await copiesOfBatch()).toBe(copies);
    }
  }));

test('PATCH of a segment changes that segment only', () =>
  withoutDrain(async () => {
    await orders.stack.api.patchMirror('orders', { segments: { employees: '100%' } }, '30s');
    expect(await copiesOfBatch({ 'x-user-group': 'employees' })).toBe(BATCH);
    expect(await copiesOfBatch()).toBe(0);
    await orders.stack.api.patchMirror('orders', { segments: { employees: '0%' } }, '30s');
    expect(await copiesOfBatch({ 'x-user-group': 'employees' })).toBe(0);
  }));

test('shadowplane mirror set', () =>
  withoutDrain(async () => {
    const { shadowplane } = orders.stack;
    await shadowplane('mirror', 'set', 'orders', '--sample', '100%', '--segment', 'employees=0%');
    await eventually(async () => (await copiesOfBatch()) === BATCH);
    expect(await copiesOfBatch({ 'x-user-group': 'employees' })).toBe(0);
    await shadowplane('mirror', 'set', 'orders', '--sample', '0%');
    await eventually(async () => (await copiesOfBatch()) === 0);
  }));

test('saving the file', () =>
  withoutDrain(async () => {
    const { policyFile } = orders.stack;
    const text = await readFile(policyFile, 'utf8');
    const changed = text.replace('"sample": "0%"', '"sample": "100%"');
    expect(changed).not.toBe(text);
    await writeFile(policyFile, changed);
    await eventually(async () => (await copiesOfBatch()) === BATCH);
    await writeFile(policyFile, text);
    await eventually(async () => (await copiesOfBatch()) === 0);
  }));

test('pause stops copies at once, resume brings the old shares back', () =>
  withoutDrain(async () => {
    const { api } = orders.stack;
    await api.patchMirror('orders', { sample: '100%' }, '30s');
    await api.pause('orders', '30s');
    expect(await copiesOfBatch()).toBe(0);
    await api.resume('orders', '30s');
    expect(await copiesOfBatch()).toBe(BATCH);
  }));

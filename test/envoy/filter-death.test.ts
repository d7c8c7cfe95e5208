/**
 * A machine of the filter that dies is brought back within 10 s, without a restart of Envoy, a drain, or a request that
 * fails beyond those which were in flight in it.
 */
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from '../../compare/pipeline/index.ts';
import {
  Cleanup,
  eventually,
  heldAnswers,
  jsonAnswer,
  type OrdersStack,
  runLoad,
  sendRaw,
  startLoad,
  startOrders,
  TRAP_HEADER,
  trapFilter,
} from '../support/index.ts';

const WITHIN_MS = 10_000;
const REQUESTS = 200;
/** Each has one request under way. */
const CONNECTIONS = 16;

let filterWasm: Uint8Array;
beforeAll(async () => {
  filterWasm = await trapFilter();
});

let cleanup = new Cleanup();
let orders: OrdersStack;
afterEach(async () => {
  await cleanup.run();
});
afterAll(() => {
  cleanup = new Cleanup();
});

const request = () => ({ path: '/api/orders' });
const trap = (role: 'primary' | 'shadow') => sendRaw(orders.port, { ...request(), headers: { [TRAP_HEADER]: role } });

interface Filter {
  readonly state: string;
  readonly deaths: number;
  readonly revivals: number;
  readonly reviveAt: string | null;
}
async function filterOf(role: 'primary' | 'shadow'): Promise<Filter> {
  const { items } = (await orders.stack.api.get('/filter')) as unknown as { items: Array<Filter & { role: string }> };
  return items.find((item) => item.role === role)!;
}

/** Every request of a load is copied, and the filter of the copies has seen it. */
async function mirrorsAll(): Promise<boolean> {
  orders.clear();
  const seen = () => orders.stack.admin.sum(/shadowplane\.copies\.mirror\.orders\.role\.candidate$/);
  const before = await seen();
  const load = await runLoad({ port: orders.port, total: REQUESTS, request });
  expect(load).toMatchObject({ failed: 0, failures: [] });
  await orders.settled();
  return orders.shadow.recorder.count === REQUESTS && (await seen()) - before === REQUESTS;
}

test('found by counting: under load, in either role, nothing captured', async () => {
  orders = cleanup.add(await startOrders({ mirror: { sample: '100%' }, stack: { filterWasm } }));
  await eventually(mirrorsAll, { what: 'mirroring of everything' });
  const changes = await orders.stack.admin.listenerChanges();

  for (const role of ['shadow', 'primary'] as const) {
    const load = startLoad({ port: orders.port, request, connections: CONNECTIONS });
    const { status } = await trap(role);
    // The primary's machine takes the requests along that are in it; the copies' machine none.
    expect(status).toBe(role === 'primary' ? 503 : 200);
    await eventually(async () => (await filterOf(role)).revivals === 1, { timeoutMs: WITHIN_MS, intervalMs: 100 });
    const { failed } = await load.stop();
    expect(failed).toBeLessThanOrEqual(role === 'primary' ? CONNECTIONS : 0);
    await eventually(mirrorsAll, { what: 'mirroring of everything again' });
  }
  expect(await orders.stack.admin.listenerChanges()).toEqual(changes);
  expect([await filterOf('primary'), await filterOf('shadow')]).toMatchObject([
    { state: 'running', deaths: 1 },
    { state: 'running', deaths: 1 },
  ]);
});

/** What takes answers, for a stack that captures, and the machines of the primary's role that it has heard of. */
async function startCapturing() {
  const pipeline: Pipeline = cleanup.add(
    await startPipeline({
      listen: { host: '127.0.0.1', port: 0 },
      mirrors: new Map([['orders', { control: false }]]),
      registry: new Registry(),
    }),
  );
  return {
    stack: { filterWasm, captureAddress: pipeline.address, heardVms: () => pipeline.vms() },
    machines: () => pipeline.vms().filter(({ role }) => role === 'primary'),
  };
}

test('found by silence: without traffic, where answers are captured; and by hand', async () => {
  const { stack, machines } = await startCapturing();
  orders = cleanup.add(await startOrders({ mirror: { sample: '100%' }, stack }));
  await eventually(mirrorsAll, { what: 'mirroring of everything' });
  // Two workers and the main thread. One that dies before it has spoken twice may not be missed.
  const spokeTwice = () => machines().filter((vm) => vm.lastBatchAtMs > vm.firstBatchAtMs);
  await eventually(() => spokeTwice().length === 3);
  expect((await trap('primary')).status).toBe(503);
  await eventually(async () => (await filterOf('primary')).revivals === 1, { timeoutMs: WITHIN_MS, intervalMs: 100 });
  await eventually(mirrorsAll, { what: 'mirroring of everything again' });
  await eventually(() => machines().length === 6);

  expect((await trap('primary')).status).toBe(503);
  await orders.stack.api.post('/filter/revive', { role: 'primary' });
  await eventually(mirrorsAll, { what: 'mirroring of everything, by hand' });
});

test('one revival and no other, although the machines before it live on until the requests in them have ended', async () => {
  const { stack, machines } = await startCapturing();
  const held = heldAnswers();
  orders = cleanup.add(
    await startOrders({
      mirror: { sample: '100%' },
      stack,
      answers: {
        primary: (answering) =>
          (answering.request.parts.path === '/api/orders/slow' ? held.answer : jsonAnswer)(answering),
      },
    }),
  );
  await eventually(mirrorsAll, { what: 'mirroring of everything' });
  await eventually(() => machines().length === 3);
  const old = machines().map(({ vmId }) => vmId);
  const slow = Array.from({ length: 8 }, () => sendRaw(orders.port, { path: '/api/orders/slow' }));
  await eventually(() => held.held === 8);
  await orders.stack.api.post('/filter/revive', { role: 'primary' });
  await eventually(() => machines().length === 6);
  const began = Math.max(...machines().map(({ firstBatchAtMs }) => firstBatchAtMs));
  await eventually(() => machines().some(({ vmId, lastBatchAtMs }) => old.includes(vmId) && lastBatchAtMs > began), {
    what: 'an old machine that speaks beside the new ones',
  });
  held.release();
  expect((await Promise.all(slow)).map(({ status }) => status)).toEqual(Array(8).fill(200));
  // Long enough for each of them to be taken for dead.
  await eventually(() => machines().filter(({ lastBatchAtMs }) => lastBatchAtMs < Date.now() - 12_000).length === 3, {
    what: 'the silence of the old ones',
    timeoutMs: 30_000,
  });
  expect(await filterOf('primary')).toMatchObject({ state: 'running', deaths: 0, revivals: 1 });
});

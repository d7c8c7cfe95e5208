/** A shadow that is away, refuses, breaks off or fails: no request of a user fails or is answered differently. */
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import {
  Cleanup,
  eventually,
  freePort,
  heldAnswers,
  listenOnFreePort,
  type OrdersStack,
  runLoad,
  startOrders,
} from '../support/index.ts';

const REQUESTS = 1000;

let orders: OrdersStack;
const cleanup = new Cleanup();
afterEach(async () => {
  await orders?.close();
  await cleanup.run();
});

async function serve(onConnection: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(onConnection);
  cleanup.defer(() => new Promise((resolve) => server.close(resolve)));
  return `127.0.0.1:${await listenOnFreePort(server)}`;
}

/** Each gives the address of a shadow with that trouble. */
const TROUBLES: Readonly<Record<string, () => Promise<string>>> = {
  'refuses connections': async () => `127.0.0.1:${await freePort()}`,
  'has a name that does not resolve': async () => 'shadow.invalid:80',
  'hangs up at once': () => serve((socket) => socket.destroy()),
  'resets after the request': () =>
    serve((socket) => socket.on('error', () => {}).once('data', () => socket.resetAndDestroy())),
  'answers nonsense': () =>
    serve((socket) => socket.on('error', () => {}).once('data', () => socket.end('nonsense\r\n\r\n'))),
  'answers half and stops': () =>
    serve((socket) =>
      socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')),
    ),
};

test.each(Object.keys(TROUBLES))('a shadow that %s', async (trouble) => {
  orders = await startOrders({
    shadowAddress: await TROUBLES[trouble]!(),
    mirror: { sample: '100%', sideEffects: 'trusted' },
    withControl: true,
  });
  const bodies = new Set<string>();
  const load = await runLoad({
    port: orders.port,
    total: REQUESTS,
    request: (index) => ({
      method: index % 2 ? 'POST' : 'GET',
      path: '/api/orders',
      ...(index % 2 ? { body: 'order' } : {}),
    }),
    onAnswer: ({ message }) => bodies.add(message.body.toString()),
  });
  expect(load).toMatchObject({ failed: 0, failures: [], reconnects: 0, statuses: { 200: REQUESTS } });
  expect(bodies).toEqual(new Set(['{"path":"/api/orders","bytes":0}', '{"path":"/api/orders","bytes":5}']));
  await orders.settled();
  expect(orders.primary.recorder.count).toBe(REQUESTS);
  // One receiver's trouble is not the other's.
  expect(orders.control.recorder.count).toBe(REQUESTS);
});

test('errors of the shadow stay there', async () => {
  orders = await startOrders({ answers: { shadow: ({ send }) => send({ status: 503 }) }, mirror: { sample: '100%' } });
  const load = await runLoad({ port: orders.port, total: REQUESTS, request: () => ({ path: '/api/orders' }) });
  await orders.settled();
  expect(load).toMatchObject({ statuses: { 200: REQUESTS }, failed: 0 });
  expect(orders.shadow.recorder.count).toBe(REQUESTS);
});

test('large answers of the shadow are thrown away as they come', async () => {
  const answer = Buffer.alloc(20e6);
  orders = await startOrders({ answers: { shadow: ({ send }) => send({ body: answer }) }, mirror: { sample: '100%' } });
  const requests = 40;
  const load = await runLoad({ port: orders.port, total: requests, request: () => ({ path: '/api/orders' }) });
  await orders.settled();
  expect(load).toMatchObject({ statuses: { 200: requests }, failed: 0 });
  const received = await orders.stack.admin.sum(/^cluster\.orders\/candidate\/v2\.upstream_cx_rx_bytes_total$/);
  expect(received).toBeGreaterThan(requests * answer.length);
  // The answers together are 800 MB.
  expect(await orders.stack.admin.peakMemoryMiB()).toBeLessThan(250);
});

test('a shadow that never answers gets no more copies at once than its bound, and users wait for none of them', async () => {
  const held = heldAnswers();
  const mirror = { sample: '100%', limits: { maxConcurrent: 7 } };
  orders = await startOrders({ answers: { shadow: held.answer }, mirror });
  const load = await runLoad({
    port: orders.port,
    connections: 1,
    total: 200,
    request: () => ({ path: '/api/orders' }),
  });
  expect(load).toMatchObject({ statuses: { 200: 200 }, failed: 0 });
  await eventually(() => held.held === 7);
  expect(await orders.stack.admin.copiesInFlight()).toBe(7);
  held.release();
  await orders.settled();
  expect(orders.shadow.recorder.count).toBe(7);
});

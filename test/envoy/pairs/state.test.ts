/**
 * Two services with a store each: the candidate takes copies of the writes, but gives its orders ids of its own. That it does
 * not know the primary's new orders is state; that it does not know some that both had before is a defect.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cleanup, listenOnFreePort, RawConnection, startWholeStack, type WholeStack } from '../../support/index.ts';
import { differences, ended } from './outcome.ts';

const ROUNDS = 100;
const OLD = Array.from({ length: 20 }, () => randomUUID());
/** What the candidate has forgotten. */
const FORGOTTEN = OLD.slice(0, 4);

const cleanup = new Cleanup();
let stack: WholeStack;

/** `POST /orders` makes an order, `GET /orders/{id}` gives it. */
async function startOrders(known: readonly string[]): Promise<string> {
  const ids = new Set(known);
  const server = createServer((request, response) => {
    const send = (status: number, body: object) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method === 'POST') {
      const id = randomUUID();
      ids.add(id);
      send(201, { id, state: 'new' });
      return;
    }
    const id = request.url!.split('/').at(-1)!;
    if (ids.has(id)) send(200, { id, state: 'new' });
    else send(404, { error: 'no such order' });
  });
  const port = await listenOnFreePort(server);
  cleanup.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${port}`;
}

beforeAll(async () => {
  const v1 = await startOrders(OLD);
  const v2 = await startOrders(OLD.filter((id) => !FORGOTTEN.includes(id)));
  stack = cleanup.add(
    await startWholeStack({
      services: { v1: { address: v1 }, v2: { address: v2 } },
      mirrors: {
        orders: { match: { path: '/orders' }, primary: 'v1', shadow: 'v2', sample: '100%', sideEffects: 'trusted' },
      },
    }),
  );
}, 120_000);
afterAll(() => cleanup.run());

test('orders that are new are state, orders that are missing are a defect', async () => {
  const client = await RawConnection.open(stack.port);
  for (let round = 0; round < ROUNDS; round += 1) {
    const made = await client.request({ method: 'POST', path: '/orders', body: '{}' });
    const { id } = JSON.parse(made.message.body.toString()) as { id: string };
    for (const path of [`/orders/${id}`, `/orders/${OLD[round % OLD.length]}`]) {
      expect((await client.request({ path })).status).toBe(200);
    }
  }
  client.close();
  const verdict = await ended(stack, 'orders', 3 * ROUNDS);
  expect(verdict).toMatchObject({ verdict: 'different', comparedInAll: 3 * ROUNDS, drifted: ROUNDS });
  const found = (await differences(stack, 'orders')).filter(({ verdict }) => verdict !== 'noise');
  const endpoint = 'GET /orders/{id}';
  const forgotten = (ROUNDS * FORGOTTEN.length) / OLD.length;
  expect(found).toMatchObject([
    { endpoint, kind: 'status', path: ':status', class: 'defect', verdict: 'different', differing: forgotten },
    { endpoint, kind: 'status', path: ':status/gone', class: 'state', verdict: 'seen', differing: ROUNDS },
  ]);
}, 120_000);

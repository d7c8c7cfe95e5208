/** With `sticky`, a user is always or never in a share, and the share counts users. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrdersStack, runLoad, shareProblem, startOrders } from '../support/index.ts';

const USERS = 2000;
const REQUESTS_PER_USER = 3;

let orders: OrdersStack;
beforeAll(async () => {
  orders = await startOrders({
    segments: { beta: { header: 'x-plan', equals: 'beta' } },
    mirror: { segments: { beta: '50%' }, sample: '20%', sticky: { cookie: 'uid' } },
  });
});
afterAll(() => orders?.close());

/** Users with an even number have plan beta. Gives how many copies each user's requests made. */
async function copiesPerUser(): Promise<number[]> {
  orders.clear();
  const load = await runLoad({
    port: orders.port,
    total: USERS * REQUESTS_PER_USER,
    request: (index) => {
      const user = index % USERS;
      const plan = user % 2 === 0 ? 'beta' : 'none';
      return {
        path: '/api/orders',
        headers: { cookie: `uid=user-${user}`, 'x-plan': plan, 'x-test-id': String(user) },
      };
    },
  });
  expect(load.failed).toBe(0);
  await orders.settled();
  const copies = orders.shadow.recorder.countBy(({ testId }) => testId);
  return Array.from({ length: USERS }, (_, user) => copies[user] ?? 0);
}

const isBeta = (_: number, user: number) => user % 2 === 0;
const isOther = (_: number, user: number) => user % 2 === 1;

test('each user is in the share always or never, and the shares of users are right', async () => {
  const copies = await copiesPerUser();
  expect(new Set(copies)).toEqual(new Set([0, REQUESTS_PER_USER]));
  const inShare = (chosen: typeof isBeta) => copies.filter(chosen).filter((count) => count > 0).length;
  expect(shareProblem(inShare(isBeta), USERS / 2, 0.5)).toBeUndefined();
  expect(shareProblem(inShare(isOther), USERS / 2, 0.2)).toBeUndefined();
});

test('a larger share keeps the users who were in the smaller one', async () => {
  const before = await copiesPerUser();
  await orders.stack.api.patchMirror('orders', { sample: '60%' }, '30s');
  const after = await copiesPerUser();
  expect(after.filter((count, user) => count < before[user]!)).toEqual([]);
  expect(shareProblem(after.filter(isOther).filter((count) => count > 0).length, USERS / 2, 0.6)).toBeUndefined();
});

test('a request without the key is in no sticky share below 100%', async () => {
  orders.clear();
  const request = () => ({ path: '/api/orders', headers: { 'x-plan': 'beta' } });
  await runLoad({ port: orders.port, total: 200, request });
  await orders.settled();
  expect(orders.shadow.recorder.started).toBe(0);
});

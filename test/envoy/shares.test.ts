/** 10,000 requests: every segment and the sample get their share, within exact bounds that one run of a million leaves by luck. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrdersStack, type RawRequest, runLoad, shareProblem, startOrders } from '../support/index.ts';

const REQUESTS = 10_000;

let orders: OrdersStack;
beforeAll(async () => {
  orders = await startOrders({
    segments: {
      employees: { header: 'x-user-group', equals: 'employees' },
      beta: { cookie: 'plan', equals: 'beta' },
      eu: { header: 'x-region', prefix: 'eu-' },
    },
    mirror: { segments: { employees: '100%', eu: '0%', beta: '50%' }, sample: '5%' },
  });
});
afterAll(() => orders?.close());

const employee = { 'x-user-group': 'employees' };
const european = { 'x-region': 'eu-west' };
const beta = { cookie: 'a=b; plan=beta' };

/** The users in the mix, of 20 parts; `decidedBy` is the first segment in the policy's order that matches. */
const KINDS = [
  { name: 'employee', headers: employee, parts: 1, decidedBy: 'segment:employees', share: 1 },
  {
    name: 'employee, european, beta',
    headers: { ...beta, ...european, ...employee },
    parts: 1,
    decidedBy: 'segment:employees',
    share: 1,
  },
  { name: 'european', headers: european, parts: 1, decidedBy: 'segment:eu', share: 0 },
  { name: 'european, beta', headers: { ...beta, ...european }, parts: 1, decidedBy: 'segment:eu', share: 0 },
  { name: 'beta', headers: beta, parts: 6, decidedBy: 'segment:beta', share: 0.5 },
  { name: 'no segment', headers: {}, parts: 10, decidedBy: 'sample', share: 0.05 },
];
const MIX = KINDS.flatMap((kind) => Array.from({ length: kind.parts }, () => kind));

const kindOf = (index: number) => MIX[index % MIX.length]!;

function orderRequest(index: number): RawRequest {
  return { path: `/api/orders/${index}`, headers: { ...kindOf(index).headers, 'x-test-id': String(index) } };
}

test('10,000 requests: segments and sample get their shares, the first segment decides', async () => {
  orders.clear();
  const load = await runLoad({ port: orders.port, total: REQUESTS, request: orderRequest });
  await orders.settled();
  expect(load).toMatchObject({ failed: 0, statuses: { 200: REQUESTS }, reconnects: 0 });

  const { primary, shadow } = orders;
  expect(primary.recorder.count).toBe(REQUESTS);
  expect(new Set(primary.recorder.all.map(({ testId }) => testId)).size).toBe(REQUESTS);
  expect(new Set(shadow.recorder.all.map(({ testId }) => testId)).size).toBe(shadow.recorder.count);

  for (const kind of KINDS) {
    const sent = (REQUESTS * kind.parts) / MIX.length;
    const copies = shadow.recorder.all.filter(({ testId }) => kindOf(Number(testId)) === kind);
    expect(shareProblem(copies.length, sent, kind.share), kind.name).toBeUndefined();
    expect(new Set(copies.map(({ reason }) => reason)), kind.name).toEqual(
      new Set(copies.length ? [kind.decidedBy] : []),
    );
  }
});

test('requests beside the mirror path are not mirrored', async () => {
  orders.clear();
  for (const path of ['/', '/api', '/api/ordersX', '/other/api/orders']) {
    await runLoad({ port: orders.port, connections: 1, total: 50, request: () => ({ path, headers: employee }) });
  }
  await orders.settled();
  expect(orders.primary.recorder.count).toBe(200);
  expect(orders.shadow.recorder.started).toBe(0);
});

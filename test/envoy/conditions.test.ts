/** Every kind of segment condition picks its requests, and no others, in Envoy. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrdersStack, type RawRequest, sendRaw, startOrders } from '../support/index.ts';

const SEGMENTS = {
  'header-equals': { header: 'x-kind', equals: 'one' },
  'header-prefix': { header: 'x-kind', prefix: 'eu-' },
  'header-suffix': { header: 'x-kind', suffix: '-test' },
  'header-contains': { header: 'x-kind', contains: 'needle' },
  'header-one-of': { header: 'x-kind', oneOf: ['red', 'green'] },
  'header-present': { header: 'x-there', present: true },
  'header-absent': {
    all: [
      { header: 'x-check-absent', present: true },
      { header: 'authorization', present: false },
    ],
  },
  'cookie-equals': { cookie: 'plan', equals: 'beta' },
  'query-equals': { query: 'debug', equals: '1' },
  'query-present': { query: 'trace', present: true },
  'path-suffix': { path: true, suffix: '/special' },
  'method-equals': { method: true, equals: 'HEAD' },
  any: {
    any: [
      { header: 'x-any', equals: 'a' },
      { cookie: 'any', equals: 'b' },
    ],
  },
  all: {
    all: [
      { header: 'x-all', equals: 'a' },
      { query: 'all', equals: 'b' },
    ],
  },
  not: { all: [{ header: 'x-not', present: true }, { not: { header: 'x-not', equals: 'this' } }] },
  nested: { any: [{ all: [{ header: 'x-n', equals: '1' }, { not: { query: 'n', equals: '2' } }] }] },
  cel: { cel: "int(request.headers['x-cart-items']) > 2" },
  'cel-path': { cel: "request.path.startsWith('/api/orders/cel/') && request.method == 'GET'" },
};

let orders: OrdersStack;
beforeAll(async () => {
  const shares = Object.fromEntries(Object.keys(SEGMENTS).map((name) => [name, '100%']));
  orders = await startOrders({ segments: SEGMENTS, mirror: { segments: shares } });
});
afterAll(() => orders?.close());

type Case = readonly [segment: keyof typeof SEGMENTS | 'none', request: Omit<RawRequest, 'path'> & { path?: string }];

const header = (name: string, value: string) => ({ headers: { [name]: value } });
const path = (rest: string) => ({ path: `/api/orders${rest}` });

const CASES: readonly Case[] = [
  ['none', {}],
  ['header-equals', header('x-kind', 'one')],
  ['header-equals', header('X-KIND', 'one')],
  ['none', header('x-kind', 'One')],
  ['none', header('x-kind', 'one more')],
  ['header-prefix', header('x-kind', 'eu-west')],
  ['none', header('x-kind', 'us-eu-')],
  ['header-suffix', header('x-kind', 'a-test')],
  ['none', header('x-kind', '-test-a')],
  ['header-contains', header('x-kind', 'hay needle hay')],
  ['none', header('x-kind', 'need')],
  ['header-one-of', header('x-kind', 'red')],
  ['header-one-of', header('x-kind', 'green')],
  ['none', header('x-kind', 'redgreen')],
  ['header-present', header('x-there', 'anything')],
  ['header-absent', header('x-check-absent', 'yes')],
  ['none', { headers: { 'x-check-absent': 'yes', authorization: 'Bearer x' } }],
  ['cookie-equals', header('cookie', 'plan=beta')],
  ['cookie-equals', header('cookie', 'a=1; plan=beta; z=2')],
  ['none', header('cookie', 'plan=betamax')],
  ['none', header('cookie', 'xplan=beta')],
  ['query-equals', path('?debug=1')],
  ['query-equals', path('/7?a=b&debug=1&c=d')],
  ['none', path('?debug=10')],
  ['none', path('?xdebug=1')],
  ['query-present', path('?trace')],
  ['query-present', path('?trace=0')],
  ['path-suffix', path('/very/special')],
  ['path-suffix', path('/very/special?q=1')],
  ['none', path('/special/not')],
  ['method-equals', { method: 'HEAD' }],
  ['any', header('x-any', 'a')],
  ['any', header('cookie', 'any=b')],
  ['none', header('x-any', 'b')],
  ['all', { ...path('?all=b'), ...header('x-all', 'a') }],
  ['none', header('x-all', 'a')],
  ['none', path('?all=b')],
  ['not', header('x-not', 'that')],
  ['none', header('x-not', 'this')],
  ['nested', header('x-n', '1')],
  ['none', { ...path('?n=2'), ...header('x-n', '1') }],
  ['cel', header('x-cart-items', '3')],
  ['none', header('x-cart-items', '2')],
  // No number: an evaluation error, which is no match and no failure.
  ['none', header('x-cart-items', 'many')],
  ['cel-path', path('/cel/1')],
];

test('each request is mirrored for the segment that describes it, or not at all', async () => {
  for (const [index, [, request]] of CASES.entries()) {
    const headers = { ...request.headers, 'x-test-id': String(index) };
    expect((await sendRaw(orders.port, { path: '/api/orders', ...request, headers })).status).toBe(200);
  }
  await orders.settled();
  const { recorder } = orders.shadow;
  const seen = CASES.map(([, request], index) => {
    const id = String(index);
    return { request, segment: recorder.has(id) ? recorder.only(id).markers['x-shadow-segment'] : 'none' };
  });
  expect(seen).toEqual(CASES.map(([segment, request]) => ({ request, segment })));
});

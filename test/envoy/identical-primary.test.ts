/** The promise: the primary gets the same bytes, and the client the same answers, whether or not requests are mirrored. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  encodeRequest,
  type HeaderList,
  type OrdersStack,
  type RawAnswer,
  RawConnection,
  startOrders,
} from '../support/index.ts';

let orders: OrdersStack;
beforeAll(async () => {
  orders = await startOrders({
    segments: {
      employees: { header: 'x-user-group', equals: 'employees' },
      carts: { cel: "'x-cart' in request.headers" },
    },
    mirror: { segments: { employees: '100%', carts: '100%' }, sample: '100%', sideEffects: 'trusted' },
    withControl: true,
  });
});
afterAll(() => orders?.close());

const chunked = (head: string, ...rest: string[]) =>
  Buffer.from(`${head}transfer-encoding: chunked\r\n\r\n${rest.join('')}`);

const REQUESTS: ReadonlyArray<readonly [name: string, bytes: Buffer]> = [
  ['plain GET', encodeRequest({ path: '/api/orders' })],
  ['query, escapes, fragments of odd characters', encodeRequest({ path: '/api/orders/%7Ea%2Fb?x=%20&y=a+b&&z' })],
  ['HEAD', encodeRequest({ method: 'HEAD', path: '/api/orders/1' })],
  ['OPTIONS', encodeRequest({ method: 'OPTIONS', path: '/api/orders/1' })],
  ['DELETE', encodeRequest({ method: 'DELETE', path: '/api/orders/1' })],
  [
    'odd header names, repeated, empty and padded values, odd order',
    encodeRequest({
      path: '/api/orders',
      headers: [
        ['Host', 'Shop.Example:80'],
        ['X-ODD-Case', '1'],
        ['x-twice', 'b'],
        ['X-Twice', 'a'],
        ['x-empty', ''],
        ['x-padded', '  in   between  '],
        ['Cookie', 'a=1; plan=beta'],
        ['cookie', 'b=2'],
        ['accept', '*/*'],
        ['x-utf8', 'caf\u00e9'],
      ],
    }),
  ],
  ['in a segment', encodeRequest({ path: '/api/orders', headers: { 'x-user-group': 'employees' } })],
  ['in a segment by CEL', encodeRequest({ path: '/api/orders', headers: { 'X-Cart': '3' } })],
  ['large headers', encodeRequest({ path: '/api/orders', headers: { 'x-large': 'l'.repeat(20_000) } })],
  [
    'ids and addresses that the client claims',
    encodeRequest({
      path: '/api/orders',
      headers: {
        'x-request-id': 'my-own',
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-proto': 'https',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      },
    }),
  ],
  ['POST with length', encodeRequest({ method: 'POST', path: '/api/orders', body: '{"sku":"a"}' })],
  ['POST of nothing', encodeRequest({ method: 'POST', path: '/api/orders', body: '' })],
  [
    'PUT in chunks',
    chunked('PUT /api/orders/1 HTTP/1.1\r\nhost: test\r\ncontent-type: text/plain\r\n', '5\r\nhello\r\n', '0\r\n\r\n'),
  ],
  [
    'POST in chunks, with trailers',
    chunked('POST /api/orders HTTP/1.1\r\nhost: test\r\n', '5\r\nhello\r\n', '0\r\nX-Trailer: yes\r\n\r\n'),
  ],
  ['POST of nothing in chunks', chunked('POST /api/orders HTTP/1.1\r\nhost: test\r\n', '0\r\n\r\n')],
  [
    'expecting 100-continue',
    encodeRequest({ method: 'POST', path: '/api/orders', headers: { expect: '100-continue' }, body: 'order' }),
  ],
  ['unknown method', encodeRequest({ method: 'PURGE', path: '/api/orders/1' })],
  ['beside the mirror', encodeRequest({ path: '/health' })],
];

/** The one value that may differ from answer to answer: only its form is compared. */
const DATE = /^(date: )\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r$/gim;

function form(head: Buffer): string {
  return head.toString('latin1').replace(DATE, '$1DATE\r');
}

interface Exchange {
  readonly name: string;
  readonly primaryHead: string;
  readonly primaryBody: string;
  readonly primaryTrailers: HeaderList;
  readonly answerHead: string;
  readonly answerBody: string;
}

/** All requests, one after another on one connection. */
async function exchangeAll(): Promise<Exchange[]> {
  orders.clear();
  const connection = await RawConnection.open(orders.port);
  const exchanges: Exchange[] = [];
  for (const [name, bytes] of REQUESTS) {
    const answer: RawAnswer = await connection.request(bytes);
    const received = orders.primary.recorder.all.at(-1)!.parts;
    exchanges.push({
      name,
      primaryHead: form(received.head),
      primaryBody: received.body.toString(),
      primaryTrailers: received.trailers,
      answerHead: form(answer.message.head),
      answerBody: answer.message.body.toString(),
    });
  }
  connection.close();
  await orders.settled();
  expect(orders.primary.recorder.count).toBe(REQUESTS.length);
  return exchanges;
}

test('mirrored, paused and without any mirror: the same requests to the primary, the same answers to the client', async () => {
  const mirrored = await exchangeAll();
  // All but the method that is never mirrored and the path beside the mirror; else this compared nothing.
  expect(orders.shadow.recorder.count).toBe(REQUESTS.length - 2);
  expect(orders.control.recorder.count).toBe(REQUESTS.length - 2);

  await orders.stack.api.pause('orders', '30s');
  const paused = await exchangeAll();
  expect(orders.shadow.recorder.started).toBe(0);

  await orders.stack.api.deleteMirror('orders', '30s');
  const withoutMirror = await exchangeAll();
  expect(orders.shadow.recorder.started).toBe(0);

  expect(mirrored).toEqual(withoutMirror);
  expect(paused).toEqual(withoutMirror);
});

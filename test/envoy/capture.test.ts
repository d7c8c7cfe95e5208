/** Capture on a real Envoy: the halves of both sides arrive, pair and say what was sent; collectors in trouble harm nobody. */
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { credentials, Client as GrpcClient } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type CapturedHalf,
  Cleanup,
  type Collector,
  eventually,
  freePort,
  heldAnswers,
  listenOnFreePort,
  type OrdersOptions,
  type OrdersStack,
  RawConnection,
  runLoad,
  sendRaw,
  startCollector,
  startLoad,
  startOrders,
  startStalledUpstream,
  upload,
} from '../support/index.ts';

const KIB = 1024;
const MIB = KIB * KIB;
/** The limit that the control plane gives the filter. */
const KEPT_BYTES = 64 * KIB;

let cleanup: Cleanup;
let collector: Collector;
let orders: OrdersStack;

beforeEach(async () => {
  cleanup = new Cleanup();
  collector = cleanup.add(await startCollector());
});
afterEach(() => cleanup.run());

async function start(options: OrdersOptions = {}): Promise<void> {
  orders = cleanup.add(
    await startOrders({
      ...options,
      mirror: { sample: '100%', sideEffects: 'trusted', ...options.mirror },
      stack: { captureAddress: collector.address, ...options.stack },
    }),
  );
}

const of = (halves: readonly CapturedHalf[], side: string) => halves.find((half) => half.side === `SIDE_${side}`)!;

/** Sends one request and gives its halves. */
async function halvesOf(request: Parameters<typeof sendRaw>[1], count = 2): Promise<CapturedHalf[]> {
  collector.clear();
  await sendRaw(orders.port, request);
  return collector.received(count);
}

const withoutTimes = ({ startedAtUs, headersAfterUs, lastByteAfterUs, waitedUs, ...rest }: CapturedHalf) => rest;

test('both sides and the control arrive with the same id, as the services sent them', async () => {
  await start({
    withControl: true,
    segments: { staff: { header: 'x-group', equals: 'staff' } },
    mirror: { sample: '100%', segments: { staff: '100%' } },
    answers: {
      primary: ({ send }) => send({ status: 201, headers: { 'x-version': '1', 'x-a': 'ä' }, body: '{"v":1}' }),
      shadow: ({ send }) => send({ status: 200, headers: { 'x-version': '2' }, body: '{"v":2}' }),
    },
  });
  const before = Date.now() * 1000;
  const halves = await halvesOf(
    { path: '/api/orders/7?a=b', headers: { 'x-group': 'staff', accept: 'text/plain', cookie: 'secret=1' } },
    3,
  );
  const [primary, candidate, control] = [of(halves, 'PRIMARY'), of(halves, 'CANDIDATE'), of(halves, 'CONTROL')];
  const id = orders.shadow.recorder.all[0]!.header('x-shadow-id');
  const common = {
    exchangeId: id,
    mirror: 'orders',
    reason: 'SEGMENT',
    segment: 'staff',
    trailers: [],
    bodyBytes: 7,
    truncated: false,
    localReply: false,
    localReplyDetails: '',
    end: 'COMPLETE',
  };
  const v1Headers = [
    ['x-version', '1'],
    ['x-a', 'Ã¤'],
    ['content-length', '7'],
  ];
  const request = {
    method: 'GET',
    path: '/api/orders/7?a=b',
    requestHeaders: expect.arrayContaining([['accept', 'text/plain']]),
  };
  const noRequest = { method: '', path: '', requestHeaders: [] };
  const v1 = { ...common, status: 201, headers: v1Headers, body: Buffer.from('{"v":1}') };
  expect(withoutTimes(primary)).toEqual({ ...v1, ...request, side: 'SIDE_PRIMARY' });
  expect(withoutTimes(control)).toEqual({ ...v1, ...noRequest, side: 'SIDE_CONTROL' });
  expect(withoutTimes(candidate)).toEqual({
    ...common,
    ...noRequest,
    side: 'SIDE_CANDIDATE',
    status: 200,
    headers: [
      ['x-version', '2'],
      ['content-length', '7'],
    ],
    body: Buffer.from('{"v":2}'),
  });
  for (const half of halves) {
    expect(half.requestHeaders.map(([name]) => name)).not.toContain('cookie');
    expect(half.startedAtUs).toBeGreaterThan(before);
    expect(half.startedAtUs).toBeLessThan(before + 10e6);
    expect(half.headersAfterUs).toBeGreaterThan(0);
    expect(half.lastByteAfterUs).toBeGreaterThanOrEqual(half.headersAfterUs);
  }
  const roles = new Set(collector.batches.map(({ role, node }) => `${role} ${node}`));
  expect(roles).toEqual(new Set(['PRIMARY test', 'SHADOW test']));
});

test('the share decides: what takes the plain route is not captured', async () => {
  await start({ mirror: { sample: '30%' } });
  const load = await runLoad({ port: orders.port, total: 1000, request: () => ({ path: '/api/orders' }) });
  expect(load.failed).toBe(0);
  await orders.settled();
  const copies = orders.shadow.recorder.count;
  expect(copies).toBeGreaterThan(200);
  expect(copies).toBeLessThan(400);
  await collector.received(2 * copies);
  // A batch that comes after all of them shows that there are no more.
  const seen = collector.batches.length;
  await eventually(() => collector.batches.slice(seen).length >= 8);
  const exchanges = collector.exchanges();
  expect(exchanges.size).toBe(copies);
  for (const { primary, candidate } of exchanges.values()) {
    expect([primary?.status, candidate?.status]).toEqual([200, 200]);
  }
});

test('many at once are never mixed up', async () => {
  const echo: NonNullable<OrdersOptions['answers']>['primary'] = ({ request, send }) =>
    send({ body: `${request.testId}:${'x'.repeat(Number(request.testId) % 3000)}` });
  await start({ answers: { primary: echo, shadow: echo } });
  const total = 3000;
  await runLoad({
    port: orders.port,
    total,
    connections: 64,
    request: (index) => ({
      path: `/api/orders/${index}`,
      headers: { 'x-test-id': String(index), 'x-request-id': 'same' },
    }),
  });
  await collector.received(2 * total);
  const exchanges = collector.exchanges();
  expect(exchanges.size).toBe(total);
  for (const { primary, candidate } of exchanges.values()) {
    const index = Number(primary!.path.split('/').at(-1));
    const body = `${index}:${'x'.repeat(index % 3000)}`;
    expect([primary!.body.toString() === body, candidate!.body.toString() === body]).toEqual([true, true]);
  }
  expect(collector.mostAtOnce).toBeLessThanOrEqual(4);
});

test('bodies of every kind: gzip untouched, none, chunked, longer than what is kept', async () => {
  const gzipped = gzipSync('a story '.repeat(1000));
  const long = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) & 255));
  await start({
    answers: {
      primary: ({ request, send, stream }) => {
        switch (request.parts.path) {
          case '/api/orders/gzip':
            return send({ headers: { 'content-encoding': 'gzip' }, body: gzipped });
          case '/api/orders/long':
            return send({ body: long });
          case '/api/orders/empty':
            return send({ body: '' });
          default: {
            const answer = stream({});
            for (const piece of ['one ', 'two ', 'three']) answer.data(piece);
            return answer.end();
          }
        }
      },
      shadow: ({ send }) => send({ body: 'v2' }),
    },
  });
  const primaryOf = async (path: string) => of(await halvesOf({ path: `/api/orders/${path}` }), 'PRIMARY');
  const gzip = await primaryOf('gzip');
  expect([gzip.body.equals(gzipped), gzip.bodyBytes, gzip.truncated]).toEqual([true, gzipped.length, false]);
  expect(gzip.headers).toContainEqual(['content-encoding', 'gzip']);
  const cut = await primaryOf('long');
  expect([cut.body.equals(long.subarray(0, KEPT_BYTES)), cut.bodyBytes, cut.truncated, cut.end]).toEqual([
    true,
    long.length,
    true,
    'COMPLETE',
  ]);
  expect(await primaryOf('chunked')).toMatchObject({ body: Buffer.from('one two three'), bodyBytes: 13 });
  expect(await primaryOf('empty')).toMatchObject({ body: Buffer.alloc(0), bodyBytes: 0, end: 'COMPLETE' });
  const head = await halvesOf({ method: 'HEAD', path: '/api/orders/gzip' });
  expect(of(head, 'PRIMARY')).toMatchObject({ method: 'HEAD', status: 200, bodyBytes: 0, end: 'COMPLETE' });
});

test('204 without a body', async () => {
  const server = createServer((socket) =>
    socket.on('error', () => {}).on('data', () => socket.write('HTTP/1.1 204 No Content\r\netag: x\r\n\r\n')),
  );
  const port = await listenOnFreePort(server);
  cleanup.defer(() => new Promise((resolve) => server.close(resolve)));
  await start({ shadowAddress: `127.0.0.1:${port}` });
  const candidate = of(await halvesOf({ path: '/api/orders' }), 'CANDIDATE');
  expect(candidate).toMatchObject({ status: 204, headers: [['etag', 'x']], bodyBytes: 0, end: 'COMPLETE' });
});

test('gRPC: messages and trailers of both sides', async () => {
  await start({ protocol: 'http2', mirror: { match: { path: '/shop.Orders' } } });
  const client = new GrpcClient(`127.0.0.1:${orders.port}`, credentials.createInsecure());
  const identity = (bytes: Buffer) => bytes;
  const message = Buffer.from('an order in protobuf');
  await new Promise<void>((resolve, reject) => {
    client.makeUnaryRequest('/shop.Orders/Create', identity, identity, message, (error) =>
      error ? reject(error) : resolve(),
    );
  });
  client.close();
  const halves = await collector.received(2);
  expect(of(halves, 'PRIMARY')).toMatchObject({ method: 'POST', path: '/shop.Orders/Create' });
  for (const side of ['PRIMARY', 'CANDIDATE']) {
    const half = of(halves, side);
    expect(half).toMatchObject({ status: 200, end: 'COMPLETE' });
    expect(half.body.subarray(5).toString()).toBe(message.toString());
    expect(half.trailers).toContainEqual(['grpc-status', '0']);
    expect(half.trailers).toContainEqual(['x-answer-trailer', 'yes']);
  }
});

test('a shadow that refuses: its half says that there was no answer', async () => {
  await start({ shadowAddress: `127.0.0.1:${await freePort()}` });
  const refused = await halvesOf({ path: '/api/orders' });
  expect(of(refused, 'CANDIDATE')).toMatchObject({ status: 0, end: 'RESET', bodyBytes: 0, localReply: false });
  expect(of(refused, 'PRIMARY')).toMatchObject({ status: 200, end: 'COMPLETE' });
});

test('a shadow that stops in its answer, and one that stalls until its time is over', async () => {
  const server = createServer((socket) =>
    socket
      .on('error', () => {})
      .once('data', (request) => {
        if (request.includes('/half')) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
      }),
  );
  const port = await listenOnFreePort(server);
  cleanup.defer(() => new Promise((resolve) => server.close(resolve)));
  await start({ shadowAddress: `127.0.0.1:${port}`, mirror: { limits: { timeout: '500ms' } } });
  const half = of(await halvesOf({ path: '/api/orders/half' }), 'CANDIDATE');
  expect(half).toMatchObject({ status: 200, body: Buffer.from('half'), bodyBytes: 4, end: 'RESET' });
  const stalled = of(await halvesOf({ path: '/api/orders/stalled' }), 'CANDIDATE');
  expect(stalled).toMatchObject({ status: 0, end: 'RESET' });
  expect(stalled.lastByteAfterUs).toBeGreaterThan(400_000);
});

test('a copy that is cut at its limit says so', async () => {
  const stalled = cleanup.add(await startStalledUpstream());
  await start({ shadowAddress: stalled.address, mirror: { limits: { maxBodyBytes: 100_000 } } });
  collector.clear();
  expect((await upload(orders.port, { path: '/api/orders', bytes: 1_000_000, framing: 'chunked' })).status).toBe(200);
  const halves = await collector.received(2);
  expect(of(halves, 'CANDIDATE')).toMatchObject({ status: 0, end: 'CUT' });
  expect(of(halves, 'PRIMARY')).toMatchObject({ status: 200, end: 'COMPLETE', method: 'POST' });
});

test('answers of Envoy itself are marked: the primary is away', async () => {
  await start();
  await orders.primary.close();
  const primary = of(await halvesOf({ path: '/api/orders' }), 'PRIMARY');
  expect(primary).toMatchObject({ status: 503, localReply: true, end: 'COMPLETE' });
  expect(primary.localReplyDetails).toMatch(/^upstream_reset_before_response_started/);
});

test('a client that leaves before the answer: the primary’s half says that there was none', async () => {
  const held = heldAnswers();
  await start({ answers: { primary: held.answer } });
  const connection = await RawConnection.open(orders.port);
  connection.request({ path: '/api/orders' }).catch(() => {});
  await eventually(() => held.held === 1 && orders.shadow.recorder.count === 1);
  connection.close();
  const halves = await collector.received(2);
  expect(of(halves, 'PRIMARY')).toMatchObject({ status: 0, path: '/api/orders', reason: 'SAMPLE', end: 'RESET' });
  expect(of(halves, 'CANDIDATE')).toMatchObject({ status: 200, end: 'COMPLETE' });
});

test('a client that leaves: the primary’s half ends early', async () => {
  await start({ answers: { primary: ({ stream }) => stream({}).data('first') } });
  const connection = await RawConnection.open(orders.port);
  const begun = new Promise<void>((resolve) => {
    connection.onData = () => resolve();
  });
  connection.request({ path: '/api/orders' }).catch(() => {});
  await begun;
  connection.close();
  const halves = await collector.received(2);
  expect(of(halves, 'PRIMARY')).toMatchObject({ status: 200, body: Buffer.from('first'), end: 'RESET' });
});

test('an idle Envoy sends heartbeats from every worker and role, each with its own name', async () => {
  await start();
  await sendRaw(orders.port, { path: '/api/orders' });
  await collector.received(2);
  // The main thread has a VM as well.
  await eventually(() => new Set(collector.batches.map(({ vmId }) => vmId)).size >= 4);
  const [vmId] = collector.batches.map((batch) => batch.vmId);
  const sequences = () => collector.batches.filter((batch) => batch.vmId === vmId).map(({ sequence }) => sequence);
  await eventually(() => sequences().length >= 4);
  expect(sequences()).toEqual(sequences().map((_, index) => index + 1));
});

test.each(['fail', 'stall'] as const)(
  'a collector that %ss: users notice nothing, memory stays, it catches up',
  async (trouble) => {
    const answer: NonNullable<OrdersOptions['answers']>['primary'] = ({ send }) => send({ body: 'x'.repeat(60_000) });
    await start({ answers: { primary: answer, shadow: answer } });
    collector.behaviour = trouble;
    const load = startLoad({ port: orders.port, connections: 8, request: () => ({ path: '/api/orders' }) });
    await eventually(() => load.sent > 3000, { timeoutMs: 60_000 });
    const result = await load.stop();
    expect(result).toMatchObject({ failed: 0, reconnects: 0 });
    await orders.settled();
    // 3000 exchanges are 360 MB; two workers and two roles may keep 16 MiB each, and Envoy alone has about 60.
    expect(await orders.stack.admin.peakMemoryMiB()).toBeLessThan(250);
    collector.behaviour = 'take';
    const counted = () => {
      const last = new Map(collector.batches.map((batch) => [batch.vmId, batch]));
      return [...last.values()].map(({ role, counters }) => ({ role, ...counters }));
    };
    const total = (role: string, key: 'started' | 'captured' | 'droppedOverCapacity' | 'halvesLost') =>
      counted()
        .filter((vm) => vm.role === role)
        .reduce((sum, vm) => sum + vm[key], 0);
    const settled = () => ['PRIMARY', 'SHADOW'].every((role) => total(role, 'started') === result.sent);
    await eventually(settled, { timeoutMs: 20_000, what: 'counters of every VM' });
    for (const role of ['PRIMARY', 'SHADOW']) {
      expect(total(role, 'captured') + total(role, 'droppedOverCapacity')).toBe(result.sent);
      expect(total(role, 'halvesLost')).toBeGreaterThan(0);
    }
    expect(collector.largestBatchBytes).toBeLessThanOrEqual(MIB);
    collector.clear();
    await sendRaw(orders.port, { path: '/api/orders/after' });
    await eventually(() =>
      [...collector.exchanges().values()].some(
        ({ primary, candidate }) => primary?.path === '/api/orders/after' && candidate !== undefined,
      ),
    );
  },
);

test('no collector at all: users notice nothing', async () => {
  await start({ stack: { captureAddress: `127.0.0.1:${await freePort()}` } });
  const load = await runLoad({ port: orders.port, total: 2000, request: () => ({ path: '/api/orders' }) });
  expect(load).toMatchObject({ failed: 0, reconnects: 0, statuses: { 200: 2000 } });
});

test('changes of the policy lose no half', async () => {
  await start();
  const load = startLoad({ port: orders.port, connections: 4, request: () => ({ path: '/api/orders' }) });
  for (let i = 0; i < 10; i++) {
    const sent = load.sent;
    await orders.stack.api.patchMirror('orders', { limits: { maxBodyBytes: 1_000_000 + i } }, '30s');
    await eventually(() => load.sent > sent + 20);
  }
  const { sent, failed } = await load.stop();
  expect(failed).toBe(0);
  await collector.received(2 * sent);
  expect(collector.exchanges().size).toBe(sent);
});

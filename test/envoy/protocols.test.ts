/** Everything that is not a small HTTP/1.1 request passes unharmed, and is mirrored where that is possible. */
import { credentials, Client as GrpcClient, Metadata } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import {
  Http2Connection,
  type OrdersStack,
  openWebSocket,
  sendRaw,
  startOrders,
  upload,
  uploadSha256,
} from '../support/index.ts';

let orders: OrdersStack;
afterEach(() => orders?.close());

test('a WebSocket upgrade reaches the primary and is not mirrored', async () => {
  orders = await startOrders({ mirror: { sample: '100%' } });
  const socket = await openWebSocket(orders.port, '/api/orders/live', { 'x-test-id': 'ws' });
  expect(await socket.echo('hello')).toBe('hello');
  expect(await socket.echo('x'.repeat(60_000))).toBe('x'.repeat(60_000));
  socket.close();
  await orders.settled();
  expect(orders.primary.recorder.only('ws').header('upgrade')).toBe('websocket');
  expect(orders.shadow.recorder.started).toBe(0);
});

test('HTTP/1.0 reaches the primary and is mirrored', async () => {
  orders = await startOrders({ mirror: { sample: '100%' } });
  const bytes = Buffer.from('GET /api/orders HTTP/1.0\r\nhost: test\r\nx-test-id: old\r\n\r\n');
  expect((await sendRaw(orders.port, bytes)).status).toBe(200);
  await orders.settled();
  expect(orders.primary.recorder.only('old').header('host')).toBe('test');
  expect(orders.shadow.recorder.started).toBe(1);
});

test.each(['content-length', 'chunked'] as const)(
  'a body of 5 MB with %s arrives whole at primary and shadow',
  async (framing) => {
    orders = await startOrders({ mirror: { sample: '100%', sideEffects: 'trusted' } });
    const bytes = 5_000_003;
    expect((await upload(orders.port, { path: '/api/orders', bytes, framing })).status).toBe(200);
    await orders.settled();
    for (const { recorder } of [orders.primary, orders.shadow]) {
      expect(recorder.all.map(({ parts }) => [parts.bodyBytes, parts.bodySha256])).toEqual([
        [bytes, uploadSha256(bytes)],
      ]);
    }
  },
);

test('HTTP/2 from the client: 100 concurrent streams, each mirrored once', async () => {
  orders = await startOrders({ mirror: { sample: '100%', sideEffects: 'trusted' } });
  const connection = await Http2Connection.open(orders.port);
  const ids = Array.from({ length: 100 }, (_, index) => String(index));
  const send = (id: string) => connection.request(`/api/orders/${id}`, { 'x-test-id': id }, Buffer.from(`body ${id}`));
  const answers = await Promise.all(ids.map(send));
  connection.close();
  await orders.settled();
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (const id of ids) {
    expect(orders.primary.recorder.only(id).parts.body.toString()).toBe(`body ${id}`);
    expect(orders.shadow.recorder.only(id).parts.body.toString()).toBe(`body ${id}`);
    expect(orders.primary.recorder.only(id).markers).toEqual({});
  }
});

test('gRPC unary: message, metadata and trailers come through, and the call is mirrored whole', async () => {
  orders = await startOrders({
    protocol: 'http2',
    mirror: { match: { path: '/shop.Orders' }, sample: '100%', sideEffects: 'trusted' },
  });
  const client = new GrpcClient(`127.0.0.1:${orders.port}`, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('x-test-id', 'grpc');
  const message = Buffer.from('an order in protobuf');
  const identity = (bytes: Buffer) => bytes;
  const { answer, trailers } = await new Promise<{ answer: Buffer; trailers: Metadata }>((resolve, reject) => {
    let received: Buffer | undefined;
    const call = client.makeUnaryRequest(
      '/shop.Orders/Create',
      identity,
      identity,
      message,
      metadata,
      (error, value) => {
        if (error) reject(error);
        else received = value;
      },
    );
    call.on('status', (status) => resolve({ answer: received!, trailers: status.metadata }));
  });
  client.close();
  await orders.settled();

  expect(answer.toString()).toBe(message.toString());
  expect(trailers.get('x-answer-trailer')).toEqual(['yes']);
  const original = orders.primary.recorder.only('grpc');
  const copy = orders.shadow.recorder.only('grpc');
  // Five bytes of gRPC framing, then the message.
  expect(original.parts.body.subarray(5).toString()).toBe(message.toString());
  expect(copy.parts.bodySha256).toBe(original.parts.bodySha256);
  expect([original.header('te'), copy.header('te')]).toEqual(['trailers', 'trailers']);
  expect([original.markers['x-shadow'], copy.markers['x-shadow']]).toEqual([undefined, 'true']);
});

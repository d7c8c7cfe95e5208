/** The harness against itself, without Envoy: what it records and counts has to be right before it judges others. */
import { afterEach, expect, test } from 'vitest';
import { Cleanup } from './cleanup.ts';
import { eventually } from './eventually.ts';
import { startHttp1Upstream } from './http1-upstream.ts';
import { Http2Connection } from './http2-client.ts';
import { startHttp2Upstream } from './http2-upstream.ts';
import { runLoad, startLoad } from './load.ts';
import { RawConnection, sendRaw } from './raw-client.ts';
import { freePort } from './sockets.ts';
import { startStalledUpstream } from './stalled-upstream.ts';
import { upload, uploadSha256 } from './upload.ts';
import { eventStreams, heldAnswers } from './upstream.ts';
import { openWebSocket } from './websocket-client.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test('an HTTP/1 upstream records heads byte for byte, bodies with and without length, and trailers', async () => {
  const upstream = cleanup.add(await startHttp1Upstream({ name: 'a' }));
  const connection = cleanup.add(await RawConnection.open(upstream.port));
  const plain = 'POST /one?x=1 HTTP/1.1\r\nHost: A\r\nX-Odd:  spaced \r\ncontent-length: 5\r\n\r\n';
  expect((await connection.request(Buffer.from(`${plain}hello`))).message.body.toString()).toBe(
    '{"path":"/one?x=1","bytes":5}',
  );
  const chunked = 'PUT /two HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n';
  const pieces = [chunked, '3\r\nabc\r\n2\r\nde', '\r\n0\r\nx-tr', 'ail: 1\r\n\r', '\n'];
  const answer = connection.answer();
  for (const piece of pieces) await new Promise((resolve) => connection.socket.write(piece, resolve));
  expect((await answer).status).toBe(200);

  const [one, two] = upstream.recorder.all;
  expect(one!.parts.head.toString()).toBe(plain);
  expect(one!.header('x-odd')).toBe('spaced');
  expect(one!.parts.body.toString()).toBe('hello');
  expect(two!.parts.body.toString()).toBe('abcde');
  expect(two!.parts.trailers).toEqual([['x-trail', '1']]);
});

test('answers to HEAD, 204, chunked answers with trailers and answers until close are told apart', async () => {
  const upstream = cleanup.add(
    await startHttp1Upstream({
      name: 'a',
      answer: ({ request, send }) => {
        if (request.parts.path === '/204') send({ status: 204 });
        else send({ body: 'text', ...(request.parts.path === '/trailers' ? { trailers: { 'x-t': '1' } } : {}) });
      },
    }),
  );
  const connection = cleanup.add(await RawConnection.open(upstream.port));
  const head = await connection.request({ method: 'HEAD', path: '/' });
  expect([head.header('content-length'), head.message.bodyBytes]).toEqual(['4', 0]);
  expect((await connection.request({ path: '/204' })).status).toBe(204);
  const chunked = await connection.request({ path: '/trailers' });
  expect([chunked.message.body.toString(), chunked.message.trailers]).toEqual(['text', [['x-t', '1']]]);
});

test('an HTTP/2 upstream records headers in order, bodies and trailers, and echoes gRPC', async () => {
  const upstream = cleanup.add(await startHttp2Upstream({ name: 'b', protocol: 'http2' }));
  const connection = cleanup.add(await Http2Connection.open(upstream.port));
  const answer = await connection.request('/p', { 'x-b': '2', 'x-a': '1' }, Buffer.from('hello'));
  expect([answer.status, answer.body.toString()]).toEqual([200, '{"path":"/p","bytes":5}']);
  const names = upstream.recorder.all[0]!.parts.headers.map(([name]) => name);
  expect(names.indexOf('x-b')).toBeLessThan(names.indexOf('x-a'));
  const grpc = await connection.request(
    '/s/m',
    { 'content-type': 'application/grpc', te: 'trailers' },
    Buffer.from('msg'),
  );
  expect([grpc.body.toString(), grpc.trailers['grpc-status']]).toEqual(['msg', '0']);
});

test('load keeps to its connections, counts failures and reconnects', async () => {
  const upstream = cleanup.add(
    await startHttp1Upstream({
      name: 'a',
      answer: ({ request, send }) => {
        const number = Number(request.testId);
        send({ status: number === 7 ? 503 : 200, headers: number === 9 ? { connection: 'close' } : {} });
      },
    }),
  );
  const request = (index: number) => ({ path: '/', headers: { 'x-test-id': String(index) } });
  const result = await runLoad({ port: upstream.port, connections: 4, total: 100, request });
  expect(result).toMatchObject({ sent: 100, statuses: { 200: 99, 503: 1 }, failed: 1, reconnects: 1 });
  expect(new Set(upstream.recorder.all.map(({ testId }) => testId)).size).toBe(100);

  const running = startLoad({ port: upstream.port, connections: 2, request: () => ({ path: '/' }) });
  await eventually(() => running.sent > 50);
  expect((await running.stop()).failed).toBe(0);
});

test('a request to a dead port is an error, not an answer', async () => {
  await expect(sendRaw(await freePort(), { path: '/' })).rejects.toThrow('ECONNREFUSED');
});

test.each(['http1', 'http2'] as const)(
  'a stalled %s upstream takes some of an upload and no more',
  async (protocol) => {
    const stalled = cleanup.add(await startStalledUpstream(protocol));
    if (protocol === 'http1') {
      const sent = upload(Number(stalled.address.split(':')[1]), {
        path: '/',
        bytes: 20e6,
        framing: 'chunked',
        timeoutMs: 300,
      });
      await expect(sent).rejects.toThrow('not answered in time');
    } else {
      const connection = cleanup.add(await Http2Connection.open(Number(stalled.address.split(':')[1])));
      const stream = connection.session.request({ ':method': 'POST', ':path': '/' });
      stream.on('error', () => {});
      let taken = false;
      stream.write(Buffer.alloc(1_000_000), () => {
        taken = true;
      });
      await eventually(() => stalled.accepted === 1);
      // The session answers, so it has seen all that it allowed to be sent.
      await new Promise((resolve) => connection.session.ping(resolve));
      expect(taken).toBe(false);
    }
    expect(stalled.accepted).toBe(1);
  },
);

test.each(['content-length', 'chunked'] as const)('uploads with %s arrive whole', async (framing) => {
  const upstream = cleanup.add(await startHttp1Upstream({ name: 'a', keepBodyBytes: 10 }));
  const answer = await upload(upstream.port, { path: '/up', bytes: 5_000_001, framing });
  expect(answer.status).toBe(200);
  const { parts } = upstream.recorder.all[0]!;
  expect([parts.bodyBytes, parts.bodySha256, parts.body.length]).toEqual([5_000_001, uploadSha256(5_000_001), 10]);
});

test('event streams go on until the client leaves; held answers wait', async () => {
  const seen: string[] = [];
  const upstream = cleanup.add(
    await startHttp1Upstream({ name: 'a', answer: eventStreams(1, (event) => seen.push(event)) }),
  );
  const connection = await RawConnection.open(upstream.port);
  let text = '';
  connection.onData = (data) => {
    text += data;
  };
  connection.request({ path: '/events' }).catch(() => {});
  await eventually(() => text.includes('data: 3\n\n'));
  connection.close();
  await eventually(() => seen.join() === 'begin,end');

  const hold = heldAnswers();
  const holding = cleanup.add(await startHttp1Upstream({ name: 'b', answer: hold.answer }));
  const answer = sendRaw(holding.port, { path: '/' });
  await eventually(() => hold.held === 1);
  hold.release();
  expect((await answer).status).toBe(200);
});

test('a WebSocket is echoed', async () => {
  const upstream = cleanup.add(await startHttp1Upstream({ name: 'a' }));
  const socket = cleanup.add(await openWebSocket(upstream.port, '/ws'));
  expect(await socket.echo('hello')).toBe('hello');
  expect(await socket.echo('x'.repeat(5000))).toBe('x'.repeat(5000));
});

test('eventually gives up with what it saw last', async () => {
  await expect(eventually(() => 0, { timeoutMs: 20, what: 'a miracle' })).rejects.toThrow('a miracle (last: 0)');
  const failing = () => {
    throw new Error('no');
  };
  await expect(eventually(failing, { timeoutMs: 20, what: 'calm' })).rejects.toThrow('calm (last: no)');
});

test('cleanup goes backwards and through failures', async () => {
  const order: number[] = [];
  const own = new Cleanup();
  own.defer(() => order.push(1));
  own.defer(() => {
    throw new Error('stuck');
  });
  own.defer(() => order.push(3));
  await expect(own.run()).rejects.toThrow('stuck');
  expect(order).toEqual([3, 1]);
});

import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { FrameReader, MessageReader, openRawCall } from './raw-call.ts';

function framed(text: string): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(text.length, 1);
  return Buffer.concat([prefix, Buffer.from(text)]);
}

it.each([1, 2, 3, 7, 1000])('puts messages together from pieces of %i bytes', (size) => {
  const bytes = Buffer.concat(['one', '', 'a longer one', 'x'].map(framed));
  const messages: string[] = [];
  const reader = new MessageReader((message) => messages.push(Buffer.from(message).toString()));
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  expect(messages).toEqual(['one', '', 'a longer one', 'x']);
});

it.each([1, 5, 9, 11, 1000])('takes frames out of pieces of %i bytes', (size) => {
  const frame = (type: number, flags: number, payload: string) =>
    Buffer.concat([Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, 1]), Buffer.from(payload)]);
  const bytes = Buffer.concat([frame(4, 0, 'settings'), frame(0, 0, 'da'), frame(4, 1, ''), frame(0, 1, 'ta')]);
  const others: string[] = [];
  let data = '';
  const reader = new FrameReader((type, flags, payload, isWhole) => {
    if (type === 0) data += `${payload}${isWhole ? '.' : ''}`;
    else others.push(`${type} ${flags} ${payload}`);
  });
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  expect([others, data]).toEqual([['4 0 settings', '4 1 '], 'da.ta.']);
});

it('speaks to a server and says when the call has ended', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  let asked: unknown;
  server.on('stream', (stream, { ':path': path, ':method': method, 'content-type': type, te }) => {
    asked = { path, method, type, te };
    stream.respond({ ':status': 200 });
    stream.on('data', (data: Buffer) => stream.end(Buffer.concat([framed('x'.repeat(40_000)), data])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const messages: string[] = [];
  const reason = await new Promise<string>((resolve) => {
    const call = openRawCall(`127.0.0.1:${(server.address() as AddressInfo).port}`, '/a.B/C', {
      message: (message) => messages.push(Buffer.from(message).toString()),
      failed: resolve,
    });
    call.send(Buffer.from('echo'));
    onTestFinished(() => call.close());
  });
  expect(asked).toEqual({ path: '/a.B/C', method: 'POST', type: 'application/grpc', te: 'trailers' });
  expect(messages).toEqual(['x'.repeat(40_000), 'echo']);
  expect(reason).toBe('the server has ended the stream');
});

import { expect, it } from 'vitest';
import { messageType } from '../../protos/index.ts';
import { FrameReader, readResponse } from './delta-stream.ts';

function framed(text: string): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(text.length, 1);
  return Buffer.concat([prefix, Buffer.from(text)]);
}

it.each([1, 2, 3, 7, 1000])('puts messages together from pieces of %i bytes', (size) => {
  const bytes = Buffer.concat(['one', '', 'a longer one', 'x'].map(framed));
  const messages: string[] = [];
  const reader = new FrameReader((message) => messages.push(Buffer.from(message).toString()));
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  expect(messages).toEqual(['one', '', 'a longer one', 'x']);
});

it('reads type and nonce past everything else', () => {
  const type = messageType('envoy.service.discovery.v3.DeltaDiscoveryResponse');
  const resources = [{ name: 'r', version: '1', resource: { type_url: 'u', value: new Uint8Array(300) } }];
  const fields = { system_version_info: 'v', resources, type_url: 't', nonce: 'n', removed_resources: ['gone'] };
  expect(readResponse(type.encode(type.fromObject(fields)).finish())).toEqual({ typeUrl: 't', nonce: 'n' });
});

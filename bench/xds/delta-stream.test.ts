import { expect, it } from 'vitest';
import { messageType } from '../../protos/index.ts';
import { readResponse } from './delta-stream.ts';

it('reads type and nonce past everything else', () => {
  const type = messageType('envoy.service.discovery.v3.DeltaDiscoveryResponse');
  const resources = [{ name: 'r', version: '1', resource: { type_url: 'u', value: new Uint8Array(300) } }];
  const fields = { system_version_info: 'v', resources, type_url: 't', nonce: 'n', removed_resources: ['gone'] };
  expect(readResponse(type.encode(type.fromObject(fields)).finish())).toEqual({ typeUrl: 't', nonce: 'n' });
});

import { describe, expect, it } from 'vitest';
import { decodeAnyToJson } from '../protos/index.ts';
import { parsePolicy } from './policy/index.ts';
import { PolicyRenderer } from './policy-renderer.ts';
import { USUAL_SETUP } from './resources/index.ts';
import { LISTENER, RUNTIME, type Snapshot } from './xds/index.ts';

const filterWasm = new Uint8Array([0, 0x61, 0x73, 0x6d]);

function policy(sample: string, more: object = {}) {
  return parsePolicy({
    services: { a: { address: '10.0.0.1:80' }, b: { address: 'b:80' } },
    mirrors: { orders: { match: { path: '/o' }, primary: 'a', shadow: 'b', sample } },
    ...more,
  }).policy;
}

function only(snapshot: Snapshot, typeUrl: string) {
  return [...snapshot.types.get(typeUrl)!.resources.values()][0]!;
}

describe('PolicyRenderer', () => {
  it('renders a policy once', () => {
    const renderer = new PolicyRenderer({ filterWasm });
    const same = policy('5%');
    expect(renderer.snapshotOf(same)).toBe(renderer.snapshotOf(same));
  });

  it('remembers nothing of a setup that it is to forget, and all of the others', () => {
    const renderer = new PolicyRenderer({ filterWasm });
    const same = policy('5%');
    const out = { ...USUAL_SETUP, egress: 'b' };
    const [usual, egress] = [renderer.snapshotOf(same), renderer.snapshotOf(same, out)];
    renderer.forget(out);
    expect(renderer.snapshotOf(same)).toBe(usual);
    expect(renderer.snapshotOf(same, out)).not.toBe(egress);
  });

  it('encodes nothing but the runtime again when a share changes', () => {
    const renderer = new PolicyRenderer({ filterWasm });
    const before = renderer.snapshotOf(policy('5%'));
    const after = renderer.snapshotOf(policy('6%'));
    const renewed = [...after.types].filter(([typeUrl, { resources }]) =>
      [...resources].some(([name, resource]) => before.types.get(typeUrl)!.resources.get(name) !== resource),
    );
    expect(renewed.map(([typeUrl]) => typeUrl)).toEqual([RUNTIME]);
  });

  it('listens where it is told to, whatever the policy says', () => {
    const listen = { host: '127.0.0.1', port: 4321 };
    const { wrapped } = only(new PolicyRenderer({ filterWasm, listen }).snapshotOf(policy('5%')), LISTENER);
    const resource = decodeAnyToJson({
      typeUrl: 'type.googleapis.com/envoy.service.discovery.v3.Resource',
      value: wrapped,
    });
    expect(resource).toMatchObject({
      resource: { '@type': LISTENER, address: { socket_address: { address: '127.0.0.1', port_value: 4321 } } },
    });
  });

  it('refuses raw configuration that Envoy does not know, and keeps serving what it has', () => {
    const renderer = new PolicyRenderer({ filterWasm });
    const broken = policy('5%', { envoy: { listeners: [{ name: 'x', adress: {} }] } });
    expect(() => renderer.snapshotOf(broken)).toThrow(
      expect.objectContaining({
        code: 'POLICY_INVALID',
        problems: [expect.objectContaining({ path: 'envoy.listeners.0.adress' })],
      }),
    );
    expect(renderer.snapshotOf(policy('5%')).types.size).toBeGreaterThan(0);
  });
});

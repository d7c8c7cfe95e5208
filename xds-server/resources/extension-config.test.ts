import { describe, expect, it } from 'vitest';
import { buildExtensionConfigs } from './extension-config.ts';
import { at, policyOf } from './testing.ts';

const MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d]);
const POLICY = `
segments: { staff: { header: x-staff, equals: "1" } }
mirrors:
  orders:
    match: { path: /api/orders }
    primary: a
    shadow: b
    segments: { staff: SHARE }
    sample: 5%
`;

function configurationOf(resource: unknown): unknown {
  return JSON.parse(at(resource, 'typed_config', 'config', 'configuration', 'value') as string);
}

function pair(yaml: string): [unknown, unknown] {
  return buildExtensionConfigs(policyOf(yaml), MODULE) as [unknown, unknown];
}

describe('the filter by ECDS', () => {
  it('is one module in a virtual machine of its own for each role, failing open', () => {
    const plugin = (name: string, value: string) => ({
      name,
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm',
        config: {
          name,
          vm_config: { vm_id: name, runtime: 'envoy.wasm.runtime.v8', code: { local: { inline_bytes: 'AGFzbQ==' } } },
          configuration: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value },
          failure_policy: 'FAIL_OPEN',
        },
      },
    });
    expect(pair('mirrors: {}')).toEqual([
      plugin('shadowplane.primary', '{"role":"primary","mirrors":[]}'),
      plugin('shadowplane.shadow', '{"role":"shadow","mirrors":[]}'),
    ]);
  });

  it('makes the machine of a role anew where its generation has changed, and nothing else', () => {
    const [primary, shadow] = buildExtensionConfigs(policyOf('mirrors: {}'), MODULE, undefined, {
      primary: 2,
      shadow: 0,
    });
    const machine = (resource: unknown) => at(resource, 'typed_config', 'config', 'vm_config');
    const [before, other] = pair('mirrors: {}');
    expect(shadow).toEqual(other);
    expect(machine(primary)).toEqual({
      ...(machine(before) as object),
      configuration: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'generation 2' },
    });
  });

  it('tells the filter what it decides on', () => {
    const [primary, shadow] = pair(POLICY.replace('SHARE', '100%'));
    expect(configurationOf(primary)).toEqual({
      role: 'primary',
      mirrors: [
        {
          name: 'orders',
          path: '/api/orders',
          methods: ['GET', 'HEAD', 'OPTIONS'],
          maxBodyBytes: 8 * 1024 * 1024,
          segments: [{ name: 'staff', when: { header: 'x-staff', equals: '1' } }],
          sample: {},
        },
      ],
    });
    expect(configurationOf(shadow)).toEqual({
      role: 'shadow',
      mirrors: [{ name: 'orders', maxBodyBytes: 8 * 1024 * 1024 }],
    });
  });

  it('does not change when a share does: shares travel by runtime alone', () => {
    expect(pair(POLICY.replace('SHARE', '100%'))).toEqual(pair(POLICY.replace('SHARE', '1%')));
  });

  it('carries the shares of a sticky mirror, which only the filter can decide', () => {
    const [primary] = pair(`${POLICY.replace('SHARE', '50%')}    sticky: { cookie: uid }\n`);
    expect(at(configurationOf(primary), 'mirrors', 0)).toMatchObject({
      segments: [{ name: 'staff', sharePerMillion: 500_000 }],
      sample: { sharePerMillion: 50_000 },
      sticky: { cookie: 'uid' },
    });
  });

  it('lists mirrors in the order of the policy, the most specific first, as the routes do', () => {
    const [primary] = pair(`mirrors:
  any: { match: { path: /api/orders/new }, primary: a, shadow: b }
  hosted: { match: { path: / }, host: [www.shop.example, other.test], primary: a, shadow: b }`);
    const { mirrors } = configurationOf(primary) as { mirrors: Array<{ name: string; hosts?: string[] }> };
    expect(mirrors.map(({ name, hosts }) => [name, hosts])).toEqual([
      ['hosted', ['www.shop.example', 'other.test']],
      ['any', undefined],
    ]);
  });

  it('has a budget where the mirror has one, and no such field where not', () => {
    const mirrorsOf = (yaml: string) => at(configurationOf(pair(yaml)[0]), 'mirrors', 0) as object;
    const limits = (text: string) => `${POLICY.replace('SHARE', '1%')}    limits: ${text}\n`;
    expect(mirrorsOf(limits('{ timeout: 5s }'))).not.toHaveProperty('budget');
    expect(mirrorsOf(limits('{ copiesPerSecond: 200 }'))).toHaveProperty('budget', { copiesPerSecond: 200 });
    expect(mirrorsOf(limits('{ copiesPerSecond: 1, bytesPerSecond: 8MiB }'))).toHaveProperty('budget', {
      copiesPerSecond: 1,
      bytesPerSecond: 8_388_608,
    });
  });
});

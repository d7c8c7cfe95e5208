import { describe, expect, it } from 'vitest';
import { encodeAny } from '../../protos/index.ts';
import { buildBootstrap } from './bootstrap.ts';
import { buildResources } from './build-resources.ts';
import { policyOf } from './testing.ts';

const context = { filterWasm: new Uint8Array([1]) };

describe('buildResources', () => {
  it('names the type of every resource and serves the raw ones beside ours', () => {
    const resources = buildResources(
      policyOf(`default: a
envoy: { clusters: [{ name: extra }], listeners: [{ name: other }] }`),
      context,
    );
    const shown = Object.fromEntries(
      Object.entries(resources).map(([kind, items]) => [
        kind,
        items.map((item) => [String(item['@type']).split('.').at(-1), item.name ?? item.cluster_name]),
      ]),
    );
    expect(shown).toEqual({
      listeners: [
        ['Listener', 'shadowplane'],
        ['Listener', 'other'],
      ],
      routes: [['RouteConfiguration', 'shadowplane']],
      clusters: [
        ['Cluster', 'default/a'],
        ['Cluster', 'extra'],
      ],
      endpoints: [['ClusterLoadAssignment', 'default/a']],
      runtimes: [['Runtime', 'shadowplane']],
      extensionConfigs: [
        ['TypedExtensionConfig', 'shadowplane.primary'],
        ['TypedExtensionConfig', 'shadowplane.shadow'],
      ],
    });
  });

  it('writes only what Envoy 1.40 knows', () => {
    const policy = policyOf(`
default: a
listener:
  accessLog: { file: /log/access.json }
  tls: { certificateFile: /c.pem, privateKeyFile: /k.pem }
services:
  a: { address: 10.0.0.1:80, healthCheck: { path: /health } }
  b: { address: order-v2:80, protocol: http2 }
  c: { address: 10.0.0.3:443, tls: { serverName: c.example, clientCertificate: { certificateFile: /c, privateKeyFile: /k } } }
segments: { staff: { header: x-staff, present: true } }
mirrors:
  orders:
    match: { path: /o }
    host: "*.shop.example"
    primary: a
    shadow: b
    control: c
    segments: { staff: 100% }
    headers: { set: { x-a: b }, remove: [x-c] }`);
    const all = Object.values(buildResources(policy, context)).flat();
    const encoded = all.map((resource) => encodeAny(resource).value.length);
    expect(encoded.every((bytes) => bytes > 0)).toBe(true);
    const bootstrap = buildBootstrap({
      xdsAddress: { host: '127.0.0.1', port: 18000 },
      adminAddress: { host: '127.0.0.1', port: 9901 },
      nodeId: 'edge-1',
    });
    expect(() =>
      encodeAny({ '@type': 'type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap', ...bootstrap }),
    ).not.toThrow();
  });

  it('changes nothing but the runtime when a share changes or a mirror is paused', () => {
    const build = (more: string) =>
      buildResources(
        policyOf(`default: a\nmirrors: { o: { match: { path: /o }, primary: a, shadow: b, ${more} } }`),
        context,
      );
    const { runtimes: before, ...rest } = build('sample: 5%');
    const { runtimes: after, ...restAfter } = build('sample: 20%, paused: true');
    expect(restAfter).toEqual(rest);
    expect(after).not.toEqual(before);
  });
});

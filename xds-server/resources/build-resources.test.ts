import { describe, expect, it } from 'vitest';
import { encodeAny } from '../../protos/index.ts';
import { buildBootstrap } from './bootstrap.ts';
import { buildResources } from './build-resources.ts';
import { at, policyOf } from './testing.ts';

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
      secrets: [],
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

  it('names the collector to Envoy and to both filters, and only when there is one', () => {
    const policy = policyOf('default: a');
    const configurations = ({ extensionConfigs }: ReturnType<typeof buildResources>) =>
      extensionConfigs.map((config) =>
        JSON.parse(at(config, 'typed_config', 'config', 'configuration', 'value') as string),
      );
    const without = buildResources(policy, context);
    expect(without.clusters.map(({ name }) => name)).toEqual(['default/a']);
    for (const configuration of configurations(without)) expect(configuration).not.toHaveProperty('capture');

    const collector = { address: { host: '127.0.0.1', port: 18001 } };
    const resources = buildResources(policy, { ...context, capture: collector });
    for (const { capture } of configurations(resources)) {
      expect(capture).toEqual({
        cluster: 'shadowplane/collector',
        maxBodyBytes: 65_536,
        flushIntervalMs: 200,
        maxMemoryBytes: 16_777_216,
        requestHeaders: ['accept', 'accept-encoding', 'accept-language', 'content-type', 'traceparent', 'x-request-id'],
        routesAreMarked: true,
        localRepliesAreErrors: true,
      });
    }
    for (const envoy of [
      'httpFilters: { after: [{ name: cors, typed_config: { "@type": "type.googleapis.com/x" } }] }',
      'merge: { httpConnectionManager: { localReplyConfig: {} } }',
    ]) {
      const changed = buildResources(policyOf(`default: a\nenvoy: { ${envoy} }`), { ...context, capture: collector });
      for (const { capture } of configurations(changed)) expect(capture.localRepliesAreErrors).toBe(false);
    }
    const [, cluster] = resources.clusters;
    expect(cluster).toMatchObject({ name: 'shadowplane/collector', type: 'STATIC' });
    expect(at(cluster, 'load_assignment', 'endpoints', 0, 'lb_endpoints', 0, 'endpoint', 'address')).toEqual({
      socket_address: { address: '127.0.0.1', port_value: 18001 },
    });
    expect(() => encodeAny(cluster!)).not.toThrow();
    const tls = { certificateFile: '/e.pem', privateKeyFile: '/e.key', caFile: '/ca.pem', serverName: 'cp' };
    const secured = buildResources(policy, { ...context, capture: { ...collector, tls } }).clusters[1]!;
    expect(at(secured, 'transport_socket', 'typed_config')).toMatchObject({
      sni: 'cp',
      common_tls_context: {
        tls_certificate_sds_secret_configs: [{ name: 'cluster/shadowplane/collector/certificate' }],
        combined_validation_context: {
          default_validation_context: {
            match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'cp' } }],
          },
          validation_context_sds_secret_config: { name: 'cluster/shadowplane/collector/authority' },
        },
      },
    });
    expect(() => encodeAny(secured)).not.toThrow();
    const named = buildResources(policy, { ...context, capture: { address: { host: 'compare', port: 1 } } });
    expect(named.clusters[1]).toMatchObject({ type: 'STRICT_DNS' });
  });
});

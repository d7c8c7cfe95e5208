import { describe, expect, it } from 'vitest';
import { encodeAny } from '../../protos/index.ts';
import type { EnvoyJson } from '../policy/model.ts';
import { buildResources } from './build-resources.ts';
import { typed } from './envoy-json.ts';
import { setupOf } from './envoy-setup.ts';
import { expectedClusters } from './expected-clusters.ts';
import { buildFragment } from './fragment.ts';
import { at, policyOf } from './testing.ts';

const POLICY = `default: a
services:
  a: { cluster: 'own:a' }
  b: { address: 10.0.0.2:8080 }
  c: { address: 10.0.0.3:8080 }
mirrors:
  orders: { match: { path: /o }, primary: a, shadow: b, control: c, limits: { maxConcurrent: 7 } }
  carts: { match: { path: /c }, primary: c, shadow: b }`;
const OPTIONS = { xdsAddress: { host: '127.0.0.1', port: 18000 }, variant: 'streams-delta' } as const;
const OWN = { listener: 'own', streams: 'delta' } as const;
const filterWasm = Uint8Array.of(0);

const clustersOf = (policy = policyOf(POLICY)) =>
  at(buildFragment(policy, OPTIONS).fragment, 'bootstrap', 'static_resources', 'clusters') as EnvoyJson[];

describe('the fragment', () => {
  it('has the clusters that routes name and the Envoy cannot have otherwise', () => {
    expect(clustersOf().map(({ name }) => name)).toEqual([
      'shadowplane-xds',
      'orders/candidate/b',
      'orders/control/c',
      'carts/primary/c',
      'carts/candidate/b',
    ]);
  });

  it('has them as they are served, only with their endpoints and over their own streams', () => {
    const served = buildResources(policyOf(POLICY), { filterWasm, setup: OWN }).clusters;
    const { eds_cluster_config, '@type': _, ...rest } = served.find(({ name }) => name === 'orders/candidate/b')!;
    expect(eds_cluster_config).toBeDefined();
    const fragment = clustersOf().find(({ name }) => name === 'orders/candidate/b')!;
    const patient = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replaceAll(/,"initial_fetch_timeout":"2s"/g, ''));
    expect(patient(fragment)).toEqual({ ...rest, type: 'STATIC', load_assignment: expect.anything() });
    expect(JSON.stringify(fragment)).not.toContain('"ads"');
  });

  it.each(['ads-delta', 'ads-sotw', 'streams-delta'] as const)(
    'asks in no cluster for ADS, on which Envoy crashes: %s',
    (variant) => {
      const tls = (more: string) => `tls: { serverName: s, ${more} }`;
      const policy = policyOf(`services:
  a: { address: "10.0.0.1:443", ${tls('caFile: /ca.pem')} }
  b: { address: "10.0.0.2:443", ${tls('caSecret: roots, clientCertificate: { secret: own }')} }
mirrors: { orders: { match: { path: /o }, primary: a, shadow: b } }`);
      const files = { certificateFile: '/c.pem', privateKeyFile: '/c.key', caFile: '/ca.pem', serverName: 'c' };
      const capture = { address: { host: '10.0.0.9', port: 18001 }, tls: files };
      const { fragment } = buildFragment(policy, { ...OPTIONS, variant, capture });
      const clusters = at(fragment, 'bootstrap', 'static_resources', 'clusters') as EnvoyJson[];
      expect(JSON.stringify(clusters)).not.toContain('"ads"');
      const context = (name: string) => {
        const cluster = clusters.find((one) => one.name === name);
        return at(cluster, 'transport_socket', 'typed_config', 'common_tls_context');
      };
      // Files are Envoy's own; what only the control plane has comes from there.
      expect(context('orders/primary/a')).toMatchObject({
        validation_context: { trusted_ca: { filename: '/ca.pem' } },
      });
      expect(context('shadowplane/collector')).toMatchObject({ tls_certificates: [{}] });
      expect(context('orders/candidate/b')).toMatchObject({
        tls_certificate_sds_secret_configs: [{ name: 'service/b/certificate', sds_config: { api_config_source: {} } }],
      });
    },
  );

  it('strips markers unless they are trusted', () => {
    const manager = (yaml: string) => buildFragment(policyOf(yaml), OPTIONS).fragment.http_connection_manager;
    expect(manager(POLICY)).toHaveProperty('early_header_mutation_extensions');
    expect(manager(`markers: trust\n${POLICY}`)).not.toHaveProperty('early_header_mutation_extensions');
  });

  it('takes the collector along where answers are compared', () => {
    const capture = { address: { host: '10.0.0.9', port: 18001 } };
    const { fragment } = buildFragment(policyOf(POLICY), { ...OPTIONS, capture });
    expect(JSON.stringify(fragment)).toContain('"name":"shadowplane/collector"');
  });

  it('leaves clusters out that are fetched', () => {
    const { fragment } = buildFragment(policyOf(POLICY), { ...OPTIONS, fetchClusters: true });
    const { static_resources, dynamic_resources } = fragment.bootstrap;
    expect(at(static_resources, 'clusters')).toHaveLength(1);
    expect(dynamic_resources).toEqual({
      cds_config: {
        resource_api_version: 'V3',
        api_config_source: expect.objectContaining({ api_type: 'DELTA_GRPC' }),
      },
    });
  });

  it('has a note for each part, at a place that is there', () => {
    const { fragment, notes } = buildFragment(policyOf(POLICY), { ...OPTIONS, variant: 'ads-sotw' });
    expect(notes.length).toBeGreaterThan(12);
    for (const { path } of notes) expect(at(fragment, ...path), path.join('.')).toBeDefined();
  });
});

describe('how an Envoy is set up', () => {
  it('is what its metadata says, as far as it is known', () => {
    expect(setupOf({ shadowplane: { listener: 'own', streams: 'sotw' } })).toEqual({
      listener: 'own',
      streams: 'sotw',
    });
    for (const nothing of [undefined, {}, { shadowplane: 'x' }, { shadowplane: { listener: 1, streams: 'ads' } }]) {
      expect(setupOf(nothing)).toEqual({ listener: 'ours', streams: 'ads' });
    }
  });

  it.each(['delta', 'sotw'] as const)('with streams for each type (%s) nothing is fetched over ADS', (streams) => {
    const resources = buildResources(policyOf(POLICY), { filterWasm, setup: { listener: 'ours', streams } });
    const { listeners, clusters } = resources;
    expect(JSON.stringify([listeners, clusters])).not.toContain('"ads"');
    for (const resource of [...listeners, ...clusters]) expect(() => encodeAny(resource)).not.toThrow();
    expect(at(listeners[0], 'filter_chains', 0, 'filters', 0, 'typed_config', 'rds', 'config_source')).toMatchObject({
      api_config_source: { api_type: streams === 'delta' ? 'DELTA_GRPC' : 'GRPC' },
    });
  });

  it('an own listener gets no listener, and the filter on every request, whatever stands beside it', () => {
    const of = (setup: typeof OWN | undefined) => buildResources(policyOf(POLICY), { filterWasm, setup });
    expect(of(OWN).listeners).toEqual([]);
    expect(JSON.stringify(of(undefined).routes)).toContain('"disabled":true');
    expect(JSON.stringify(of(OWN).routes)).not.toContain('"disabled":true');
  });
});

describe('a service that has a cluster of its own', () => {
  it('is what routes lead to, without a cluster being made', () => {
    const { clusters, routes } = buildResources(policyOf(POLICY), { filterWasm });
    expect(JSON.stringify(routes)).toContain('"cluster":"own:a"');
    expect(clusters.map(({ name }) => name)).not.toContain('own:a');
    expect(clusters.map(({ name }) => name)).not.toContain('default/a');
  });

  it('has one made by that name, once, where it has addresses', () => {
    const policy = policyOf(POLICY.replace("cluster: 'own:a'", "cluster: 'own:a', address: 10.0.0.1:80"));
    const { clusters, endpoints } = buildResources(policy, { filterWasm });
    expect(clusters.filter(({ name }) => name === 'own:a')).toHaveLength(1);
    expect(endpoints.filter(({ cluster_name }) => cluster_name === 'own:a')).toHaveLength(1);
    expect(clustersOf(policy).map(({ name }) => name)).not.toContain('own:a');
  });

  it('is expected at an Envoy to which it is not sent', () => {
    const names = (listener: 'own' | 'ours') =>
      expectedClusters(policyOf(POLICY), { listener, streams: 'ads' }).map(({ name }) => name);
    expect(names('ours')).toEqual(['own:a']);
    expect(names('own')).toEqual([
      'own:a',
      'orders/candidate/b',
      'orders/control/c',
      'carts/primary/c',
      'carts/candidate/b',
    ]);
  });
});

describe('mirroring: off', () => {
  const off = buildResources(policyOf(`mirroring: off\n${POLICY}`), {
    filterWasm,
    capture: { address: { host: '10.0.0.9', port: 18001 } },
  });

  it('leaves routes that lead where they led, and copy nothing', () => {
    const text = JSON.stringify(off.routes);
    expect(text).not.toMatch(/mirror_polic|filter_state|typed_per_filter_config/);
    for (const cluster of ['own:a', 'carts/primary/c']) expect(text).toContain(`"cluster":"${cluster}"`);
  });

  it('publishes every share as 0, takes the filter and the clusters of copies away', () => {
    expect(new Set(Object.values(at(off.runtimes[0], 'layer') as object).map(({ numerator }) => numerator))).toEqual(
      new Set([0]),
    );
    expect(off.clusters.map(({ name }) => name)).toEqual(['carts/primary/c']);
    expect(off.extensionConfigs.map(({ name }) => name)).toEqual(['shadowplane.primary', 'shadowplane.shadow']);
    for (const { typed_config } of off.extensionConfigs) {
      expect(typed_config).toEqual(typed('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation'));
    }
  });
});

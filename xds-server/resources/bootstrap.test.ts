import { describe, expect, it } from 'vitest';
import { buildBootstrap } from './bootstrap.ts';
import { at } from './testing.ts';

const OPTIONS = {
  xdsAddress: { host: 'control-plane', port: 18000 },
  adminAddress: { host: '127.0.0.1', port: 9901 },
  nodeId: 'edge-1',
};

describe('the bootstrap', () => {
  it('proves its name to the control plane and checks that one', () => {
    const tls = { certificateFile: '/e.pem', privateKeyFile: '/e.key', caFile: '/ca.pem', serverName: 'cp' };
    const cluster = at(buildBootstrap({ ...OPTIONS, tls }), 'static_resources', 'clusters', 0) as object;
    expect(cluster).toMatchObject({
      transport_socket: {
        name: 'envoy.transport_sockets.tls',
        typed_config: {
          sni: 'cp',
          common_tls_context: {
            alpn_protocols: ['h2'],
            tls_certificates: [{ certificate_chain: { filename: '/e.pem' }, private_key: { filename: '/e.key' } }],
            validation_context: {
              trusted_ca: { filename: '/ca.pem' },
              match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'cp' } }],
            },
          },
        },
      },
    });
    expect(at(buildBootstrap(OPTIONS), 'static_resources', 'clusters', 0)).not.toHaveProperty('transport_socket');
  });

  it('connects by delta ADS and fetches listeners, clusters and runtime from there', () => {
    const bootstrap = buildBootstrap(OPTIONS);
    const ads = { ads: {}, resource_api_version: 'V3' };
    expect(bootstrap).toMatchObject({
      node: { id: 'edge-1', cluster: 'shadowplane' },
      admin: { address: { socket_address: { address: '127.0.0.1', port_value: 9901 } } },
      dynamic_resources: {
        ads_config: {
          api_type: 'DELTA_GRPC',
          transport_api_version: 'V3',
          grpc_services: [
            {
              envoy_grpc: {
                cluster_name: 'shadowplane-xds',
                retry_policy: { retry_back_off: { base_interval: '0.5s', max_interval: '5s' } },
              },
            },
          ],
        },
        cds_config: ads,
        lds_config: ads,
      },
    });
    expect(at(bootstrap, 'layered_runtime', 'layers')).toEqual([
      { name: 'base', static_layer: {} },
      { name: 'shadowplane', rtds_layer: { name: 'shadowplane', rtds_config: ads } },
    ]);
  });

  it('tells what Envoy counts to where the configuration comes from', () => {
    expect(buildBootstrap(OPTIONS)).toMatchObject({
      stats_flush_interval: '1s',
      stats_sinks: [
        {
          name: 'envoy.stat_sinks.metrics_service',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig',
            transport_api_version: 'V3',
            grpc_service: { envoy_grpc: { cluster_name: 'shadowplane-xds' } },
          },
        },
      ],
    });
  });

  it('speaks state of the world where asked', () => {
    const { dynamic_resources } = buildBootstrap({ ...OPTIONS, variant: 'ads-sotw' });
    expect(at(dynamic_resources, 'ads_config', 'api_type')).toBe('GRPC');
  });

  it.each([
    ['streams-delta', 'DELTA_GRPC'],
    ['streams-sotw', 'GRPC'],
  ] as const)('%s fetches each type over a stream of its own, and tells the control plane', (variant, api_type) => {
    const bootstrap = buildBootstrap({ ...OPTIONS, variant });
    expect(at(bootstrap, 'node', 'metadata')).toEqual({ shadowplane: { streams: variant.slice('streams-'.length) } });
    const source = { resource_api_version: 'V3', api_config_source: { api_type } };
    expect(bootstrap.dynamic_resources).toMatchObject({ cds_config: source, lds_config: source });
    expect(bootstrap.dynamic_resources).not.toHaveProperty('ads_config');
    expect(at(bootstrap, 'layered_runtime', 'layers', 1, 'rtds_layer', 'rtds_config')).toMatchObject(source);
  });

  it('resolves the name of the control plane, or takes its address', () => {
    const type = (host: string) =>
      at(buildBootstrap({ ...OPTIONS, xdsAddress: { host, port: 1 } }), 'static_resources', 'clusters', 0, 'type');
    expect(type('control-plane')).toBe('STRICT_DNS');
    expect(type('127.0.0.1')).toBe('STATIC');
  });
});

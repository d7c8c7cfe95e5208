import { describe, expect, it } from 'vitest';
import type { EnvoyJson, Policy } from '../policy/model.ts';
import { buildEndpoints, clusterOf, placeServices } from './clusters.ts';
import { at, policyOf } from './testing.ts';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const MIRROR = 'mirrors: { orders: { match: { path: /o }, primary: a, shadow: b, control: c } }';
const KEEP_CASE = {
  header_key_format: {
    stateful_formatter: {
      name: 'envoy.http.stateful_header_formatters.preserve_case',
      typed_config: {
        '@type':
          'type.googleapis.com/envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig',
      },
    },
  },
  enable_trailers: true,
};

const overAds = (name: string) => ({ name, sds_config: { ads: {}, resource_api_version: 'V3' } });

function clusters(policy: Policy): Map<unknown, EnvoyJson> {
  return new Map(placeServices(policy).map((placed) => [placed.cluster, clusterOf(placed)]));
}

function oneCluster(service: string): EnvoyJson {
  return clusters(policyOf(`default: a\nservices: { a: ${service} }`)).get('default/a')!;
}

describe('clusters', () => {
  it('are one for each (mirror, role, service) and the default', () => {
    expect([...clusters(policyOf(`default: a\n${MIRROR}`)).keys()]).toEqual([
      'orders/primary/a',
      'orders/candidate/b',
      'orders/control/c',
      'default/a',
    ]);
  });

  it('leave the primary without a bound of ours', () => {
    const bound = (priority: string) => ({
      priority,
      max_connections: 1e9,
      max_pending_requests: 1e9,
      max_requests: 1e9,
      max_retries: 1e9,
    });
    expect(clusters(policyOf(MIRROR)).get('orders/primary/a')).toEqual({
      name: 'orders/primary/a',
      type: 'EDS',
      eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } },
      connect_timeout: '1s',
      circuit_breakers: { thresholds: [bound('DEFAULT'), bound('HIGH')] },
      typed_extension_protocol_options: {
        [HTTP_OPTIONS]: {
          '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
          explicit_http_config: { http_protocol_options: KEEP_CASE },
        },
      },
    });
  });

  it('isolate shadow and control: cut by the filter, bounded in time and number, nothing queued', () => {
    const policy = policyOf(`mirrors:
  orders:
    { match: { path: /o }, primary: a, shadow: b, control: c, limits: { maxConcurrent: 7, timeout: 1500ms } }`);
    const bound = (priority: string) => ({
      priority,
      max_connections: 1e9,
      max_pending_requests: 7,
      max_requests: 7,
      max_retries: 0,
      track_remaining: true,
    });
    const mutation = 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation';
    const shadow = clusters(policy).get('orders/candidate/b')!;
    expect(shadow.per_connection_buffer_limit_bytes).toBe(16 * 1024 * 1024);
    expect(shadow.circuit_breakers).toEqual({ thresholds: [bound('DEFAULT'), bound('HIGH')] });
    expect(at(shadow, 'typed_extension_protocol_options', HTTP_OPTIONS)).toEqual({
      '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
      explicit_http_config: { http_protocol_options: KEEP_CASE },
      common_http_protocol_options: { max_stream_duration: '1.5s' },
      http_filters: [
        {
          name: 'shadowplane.forwarded-for',
          typed_config: {
            '@type': mutation,
            mutations: {
              request_mutations: [
                { remove: 'x-envoy-internal' },
                { remove: 'x-forwarded-for' },
                {
                  append: {
                    header: { key: 'x-forwarded-for', value: '%REQ(x-shadow-forwarded-for)%' },
                    append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
                  },
                },
                { remove: 'x-shadow-forwarded-for' },
              ],
            },
          },
        },
        {
          name: 'shadowplane.shadow',
          config_discovery: {
            config_source: { ads: {}, resource_api_version: 'V3' },
            default_config: { '@type': mutation },
            type_urls: ['type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm', mutation],
          },
        },
        {
          name: 'envoy.filters.http.upstream_codec',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec',
          },
        },
      ],
    });
    const { name: _, ...control } = clusters(policy).get('orders/control/c')!;
    expect(shadow).toMatchObject(control);
  });

  it('give a shadow with larger copies a buffer twice as large', () => {
    const policy = policyOf(
      'mirrors: { o: { match: { path: /o }, primary: a, shadow: b, limits: { maxBodyBytes: 32MiB } } }',
    );
    expect(clusters(policy).get('o/candidate/b')!.per_connection_buffer_limit_bytes).toBe(64 * 1024 * 1024);
  });

  it('give it to each stream where the shadow speaks HTTP/2', () => {
    const service = (port: number) => `{ address: "10.0.0.1:${port}", protocol: http2 }`;
    const policy = policyOf(`services: { v1: ${service(80)}, v2: ${service(81)} }
mirrors: { o: { match: { path: /o }, primary: v1, shadow: v2, limits: { maxBodyBytes: 32MiB } } }`);
    const http2 = (cluster: string) =>
      at(clusters(policy).get(cluster)!, 'typed_extension_protocol_options', HTTP_OPTIONS, 'explicit_http_config');
    expect(http2('o/candidate/v2')).toEqual({
      http2_protocol_options: { initial_stream_window_size: 64 * 1024 * 1024 },
    });
    expect(http2('o/primary/v1')).toEqual({ http2_protocol_options: {} });
  });

  it('find IP addresses by EDS', () => {
    const policy = policyOf('default: a\nservices: { a: { addresses: ["10.0.0.1:80", "[::1]:81"] } }');
    expect(buildEndpoints(placeServices(policy))).toEqual([
      {
        cluster_name: 'default/a',
        endpoints: [
          {
            lb_endpoints: [
              { endpoint: { address: { socket_address: { address: '10.0.0.1', port_value: 80 } } } },
              { endpoint: { address: { socket_address: { address: '::1', port_value: 81 } } } },
            ],
          },
        ],
      },
    ]);
  });

  it('leave DNS names to Envoy', () => {
    const policy = policyOf('default: a\nservices: { a: { addresses: ["10.0.0.1:80", "order-v1:81"] } }');
    expect(buildEndpoints(placeServices(policy))).toEqual([]);
    expect(clusters(policy).get('default/a')).toMatchObject({
      type: 'STRICT_DNS',
      dns_lookup_family: 'V4_PREFERRED',
      load_assignment: {
        cluster_name: 'default/a',
        endpoints: [
          {
            lb_endpoints: [
              { endpoint: { address: { socket_address: { address: '10.0.0.1' } } } },
              { endpoint: { address: { socket_address: { address: 'order-v1' } } } },
            ],
          },
        ],
      },
    });
  });

  it('speak HTTP/2 where the service does', () => {
    const cluster = oneCluster('{ address: "10.0.0.1:80", protocol: http2 }');
    expect(at(cluster, 'typed_extension_protocol_options', HTTP_OPTIONS, 'explicit_http_config')).toEqual({
      http2_protocol_options: {},
    });
  });

  it('check health in the protocol and under the name of the service', () => {
    const check = '{ path: /health, interval: 2s, timeout: 500ms, unhealthyThreshold: 4, healthyThreshold: 1 }';
    expect(oneCluster(`{ address: "order:80", protocol: http2, healthCheck: ${check} }`).health_checks).toEqual([
      {
        timeout: '0.5s',
        interval: '2s',
        unhealthy_threshold: 4,
        healthy_threshold: 1,
        http_health_check: { path: '/health', host: 'order', codec_client_type: 'HTTP2' },
      },
    ]);
  });

  it('verify chain and name of a TLS service', () => {
    expect(at(oneCluster('{ address: "order.example:443", tls: {} }'), 'transport_socket', 'typed_config')).toEqual({
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      sni: 'order.example',
      common_tls_context: {
        alpn_protocols: ['http/1.1'],
        validation_context: {
          trusted_ca: { filename: '/etc/ssl/certs/ca-certificates.crt' },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'order.example' } }],
        },
      },
    });
  });

  it('show a client certificate and verify with the roots of the policy', () => {
    const client = 'clientCertificate: { certificateFile: /c.pem, privateKeyFile: /k.pem }';
    const cluster = oneCluster(
      `{ address: "10.0.0.1:443", protocol: http2, tls: { serverName: x.example, caFile: /ca.pem, ${client} } }`,
    );
    expect(at(cluster, 'transport_socket', 'typed_config', 'common_tls_context')).toEqual({
      alpn_protocols: ['h2'],
      tls_certificate_sds_secret_configs: [overAds('service/a/certificate')],
      combined_validation_context: {
        default_validation_context: {
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'x.example' } }],
        },
        validation_context_sds_secret_config: overAds('service/a/authority'),
      },
    });
  });

  it('do not verify an insecure TLS service', () => {
    const cluster = oneCluster('{ address: "10.0.0.1:443", tls: { insecure: true, serverName: x.example } }');
    expect(at(cluster, 'transport_socket', 'typed_config', 'sni')).toBe('x.example');
    expect(at(cluster, 'transport_socket', 'typed_config', 'common_tls_context')).toEqual({
      alpn_protocols: ['http/1.1'],
    });
  });
});

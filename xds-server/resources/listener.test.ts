import { describe, expect, it } from 'vitest';
import type { EnvoyJson, Policy } from '../policy/model.ts';
import { buildListener } from './listener.ts';
import { at, policyOf } from './testing.ts';

const ADS = { ads: {}, resource_api_version: 'V3' };
const HEADER_MUTATION = 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation';

function connectionManagerOf(policy: Policy): EnvoyJson {
  return at(buildListener(policy), 'filter_chains', 0, 'filters', 0, 'typed_config') as EnvoyJson;
}

describe('the listener', () => {
  it('passes requests on as untouched as Envoy can, with our filter in the middle', () => {
    expect(buildListener(policyOf('listen: 127.0.0.1:10000'))).toEqual({
      name: 'shadowplane',
      address: { socket_address: { address: '127.0.0.1', port_value: 10000 } },
      filter_chains: [
        {
          filters: [
            {
              name: 'envoy.filters.network.http_connection_manager',
              typed_config: {
                '@type':
                  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                stat_prefix: 'shadowplane',
                codec_type: 'AUTO',
                rds: { route_config_name: 'shadowplane', config_source: ADS },
                early_header_mutation_extensions: [
                  {
                    name: 'envoy.http.early_header_mutation.header_mutation',
                    typed_config: {
                      '@type':
                        'type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
                      mutations: [{ remove_on_match: { key_matcher: { prefix: 'x-shadow' } } }],
                    },
                  },
                ],
                http_filters: [
                  {
                    name: 'shadowplane.primary',
                    config_discovery: {
                      config_source: ADS,
                      default_config: { '@type': HEADER_MUTATION },
                      type_urls: ['type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm', HEADER_MUTATION],
                    },
                  },
                  {
                    name: 'envoy.filters.http.router',
                    typed_config: {
                      '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
                      suppress_envoy_headers: true,
                    },
                  },
                ],
                use_remote_address: true,
                xff_num_trusted_hops: 0,
                request_timeout: '0s',
                stream_idle_timeout: '300s',
                drain_timeout: '30s',
                upgrade_configs: [{ upgrade_type: 'websocket' }],
                access_log: [],
                server_header_transformation: 'PASS_THROUGH',
                generate_request_id: false,
                preserve_external_request_id: true,
                normalize_path: false,
                merge_slashes: false,
                path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
                http_protocol_options: {
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
                  accept_http_10: true,
                },
              },
            },
          ],
        },
      ],
    });
  });

  it('keeps markers where they are trusted', () => {
    const manager = connectionManagerOf(policyOf('listener: { markers: trust }'));
    expect(manager).not.toHaveProperty('early_header_mutation_extensions');
  });

  it('believes trusted hops about the client', () => {
    expect(connectionManagerOf(policyOf('listener: { trustedHops: 2, useRemoteAddress: false }'))).toMatchObject({
      use_remote_address: false,
      xff_num_trusted_hops: 2,
    });
  });

  it('runs the filters of users before and after ours, the router last', () => {
    const policy = policyOf('envoy: { httpFilters: { before: [{ name: auth }], after: [{ name: gzip }] } }');
    expect((connectionManagerOf(policy).http_filters as EnvoyJson[]).map(({ name }) => name)).toEqual([
      'auth',
      'shadowplane.primary',
      'gzip',
      'envoy.filters.http.router',
    ]);
  });

  it('writes an access log with mirror, reason, segment and exchange', () => {
    const [log] = connectionManagerOf(policyOf('listener: { accessLog: { file: /log/a.json } }')).access_log as [
      EnvoyJson,
    ];
    expect(log.typed_config).toMatchObject({
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
      path: '/log/a.json',
      log_format: {
        omit_empty_values: true,
        json_format: {
          route: '%ROUTE_NAME%',
          mirror: '%METADATA(ROUTE:shadowplane:mirror)%',
          reason: '%METADATA(ROUTE:shadowplane:reason)%',
          segment: '%METADATA(ROUTE:shadowplane:segment)%',
          exchange_id: '%FILTER_STATE(wasm.shadowplane.id:PLAIN)%',
        },
      },
    });
    const [stdout] = connectionManagerOf(policyOf('listener: { accessLog: stdout }')).access_log as [EnvoyJson];
    expect(at(stdout, 'typed_config', '@type')).toBe(
      'type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
    );
  });

  it('terminates TLS with HTTP/2 and HTTP/1.1', () => {
    const listener = buildListener(policyOf('listener: { tls: { certificateFile: /c.pem, privateKeyFile: /k.pem } }'));
    expect(at(listener, 'filter_chains', 0, 'transport_socket', 'typed_config')).toEqual({
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
      common_tls_context: {
        tls_certificate_sds_secret_configs: [
          { name: 'listener/shadowplane/certificate', sds_config: { ads: {}, resource_api_version: 'V3' } },
        ],
        alpn_protocols: ['h2', 'http/1.1'],
      },
    });
  });

  it('binds localhost to its address and refuses other names', () => {
    expect(at(buildListener(policyOf('listen: localhost:1')), 'address', 'socket_address', 'address')).toBe(
      '127.0.0.1',
    );
    expect(() => buildListener({ ...policyOf(''), listen: { host: 'shop.example', port: 1 } })).toThrow(/needs an IP/);
  });
});

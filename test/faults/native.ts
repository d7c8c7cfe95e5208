/** Envoy's own mirroring as its documentation shows it, with Envoy's defaults: what the same faults do without Shadowplane. */
import { AGAIN, FAULTS, OFF, PROTOCOLS, type Protocol, pathOf, type ServiceAddresses } from './table.ts';

const TYPE = 'type.googleapis.com/envoy.extensions.';

export function nativeBootstrap(addresses: ServiceAddresses): object {
  const manager = {
    '@type': `${TYPE}filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'native',
    route_config: {
      virtual_hosts: [{ name: 'any', domains: ['*'], routes: PROTOCOLS.flatMap((protocol) => routes(protocol)) }],
    },
    http_filters: [{ name: 'router', typed_config: { '@type': `${TYPE}filters.http.router.v3.Router` } }],
  };
  return {
    admin: { address: socket('127.0.0.1:0') },
    static_resources: {
      listeners: [
        {
          name: 'native',
          address: socket('127.0.0.1:0'),
          filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
        },
      ],
      clusters: PROTOCOLS.flatMap((protocol) =>
        (['primary', 'healthy', ...FAULTS] as const).map((service) =>
          cluster(protocol, service, addresses[service][protocol]),
        ),
      ),
    },
  };
}

function routes(protocol: Protocol): object[] {
  const route = (arm: string, more: object = {}) => ({
    match: { path_separated_prefix: pathOf(protocol, arm) },
    route: { cluster: `primary ${protocol}`, ...more },
  });
  return [
    ...(['healthy', ...FAULTS] as const).map((fault) =>
      route(fault, { request_mirror_policies: [{ cluster: `${fault} ${protocol}` }] }),
    ),
    route(OFF),
    route(AGAIN),
  ];
}

function cluster(protocol: Protocol, service: string, address: string): object {
  const name = `${service} ${protocol}`;
  const options = `${TYPE}upstreams.http.v3.HttpProtocolOptions`;
  return {
    name,
    type: 'STRICT_DNS',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(address) } }] }],
    },
    ...(service === 'TLS failure' && {
      transport_socket: {
        name: 'tls',
        typed_config: { '@type': `${TYPE}transport_sockets.tls.v3.UpstreamTlsContext` },
      },
    }),
    ...(protocol === 'http2' && {
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': options,
          explicit_http_config: { http2_protocol_options: {} },
        },
      },
    }),
  };
}

function socket(address: string): object {
  const at = address.lastIndexOf(':');
  return { socket_address: { address: address.slice(0, at), port_value: Number(address.slice(at + 1)) } };
}

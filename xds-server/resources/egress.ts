import { isIP } from 'node:net';
import type { Egress, EgressRule, EnvoyJson } from '../policy/model.ts';
import { duration, OVER_ADS, socketAddress, typed } from './envoy-json.ts';
import { onMethods } from './method-match.ts';
import { egressCluster, egressListener, egressTunnel } from './names.ts';

/**
 * The way out for a shadow: a forward proxy (`HTTP_PROXY`, `HTTPS_PROXY`) that lets through what the policy lists and answers
 * everything else 403. Hosts are resolved here and connected to by explicit clusters, so that nobody chooses another address
 * under an allowed name. A TLS connection comes by CONNECT and passes only if it is one, for that very server name.
 */
export interface EgressResources {
  readonly listeners: readonly EnvoyJson[];
  readonly routes: readonly EnvoyJson[];
  readonly clusters: readonly EnvoyJson[];
}

export function buildEgress(egress: Egress): EgressResources {
  const name = egressListener(egress.service);
  const byTls = egress.allow.filter(({ tls }) => tls);
  return {
    listeners: [proxyListener(egress, name), ...byTls.map((rule) => tunnelListener(egress.service, rule))],
    routes: [routes(egress, name)],
    clusters: [
      ...egress.allow.map((rule) => outside(egress.service, rule)),
      ...byTls.map((rule) => intoTunnel(egress.service, rule)),
    ],
  };
}

const CONNECT_TIMEOUT_MS = 5_000;

function proxyListener({ listen }: Egress, name: string): EnvoyJson {
  return {
    name,
    address: socketAddress(listen.host, listen.port),
    // Nothing but routes changes with the policy, so that calls under way are left alone.
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: typed(
              'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              connectionManager(name),
            ),
          },
        ],
      },
    ],
  };
}

/** What is let through arrives as the service sent it: no header is added. */
function connectionManager(name: string): EnvoyJson {
  return {
    stat_prefix: name,
    http_protocol_options: { allow_absolute_url: true },
    upgrade_configs: [{ upgrade_type: 'CONNECT' }],
    rds: { config_source: OVER_ADS, route_config_name: name },
    generate_request_id: false,
    skip_xff_append: true,
    server_header_transformation: 'PASS_THROUGH',
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: typed('envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true }),
      },
    ],
  };
}

function routes({ service, allow }: Egress, name: string): EnvoyJson {
  return {
    name,
    request_headers_to_remove: ['x-forwarded-proto'],
    virtual_hosts: [
      ...allow.map((rule) => ({
        name: egressCluster(service, rule),
        domains: domainsOf(rule),
        routes: [...allowed(service, rule), ...BLOCKED],
      })),
      { name: 'blocked', domains: ['*'], routes: BLOCKED },
    ],
  };
}

/** Port 80 is left out of plain requests, never of CONNECT. */
function domainsOf({ host, port, tls }: EgressRule): string[] {
  const bare = isIP(host) === 6 ? `[${host}]` : host;
  return [`${bare}:${port}`, ...(port === 80 && !tls ? [bare] : [])];
}

function allowed(service: string, rule: EgressRule): EnvoyJson[] {
  if (rule.tls) {
    const connect = { upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] };
    return [
      { match: { connect_matcher: {} }, route: { cluster: egressTunnel(service, rule), timeout: '0s', ...connect } },
    ];
  }
  const methods = rule.methods && onMethods(rule.methods);
  return [{ match: { prefix: '/', ...methods }, route: { cluster: egressCluster(service, rule), timeout: '0s' } }];
}

/** Every answer that Envoy gives by itself here is one of these, so Envoy's count of those is the count of what was blocked. */
const BLOCKED: readonly EnvoyJson[] = [{ connect_matcher: {} }, { prefix: '/' }].map((match) => ({
  match,
  direct_response: {
    status: 403,
    body: { inline_string: 'blocked: the egress policy of this shadow does not list it\n' },
  },
}));

function outside(service: string, rule: EgressRule): EnvoyJson {
  const { host, port } = rule;
  return {
    name: egressCluster(service, rule),
    type: isIP(host) === 0 ? 'STRICT_DNS' : 'STATIC',
    dns_lookup_family: 'V4_PREFERRED',
    connect_timeout: duration(CONNECT_TIMEOUT_MS),
    ...endpoint(egressCluster(service, rule), socketAddress(host, port)),
  };
}

function intoTunnel(service: string, rule: EgressRule): EnvoyJson {
  const name = egressTunnel(service, rule);
  return {
    name,
    type: 'STATIC',
    connect_timeout: duration(CONNECT_TIMEOUT_MS),
    ...endpoint(name, { envoy_internal_address: { server_listener_name: name } }),
  };
}

function endpoint(cluster: string, address: EnvoyJson): EnvoyJson {
  return {
    load_assignment: { cluster_name: cluster, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
  };
}

/** Inside of Envoy: takes the bytes of a tunnel, and only TLS for the host that the policy lists goes on. */
function tunnelListener(service: string, rule: EgressRule): EnvoyJson {
  const name = egressTunnel(service, rule);
  return {
    name,
    internal_listener: {},
    stat_prefix: name,
    listener_filters: [
      {
        name: 'envoy.filters.listener.tls_inspector',
        typed_config: typed('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector'),
      },
    ],
    filter_chains: [
      {
        // An IP address is never sent as a server name.
        filter_chain_match: { transport_protocol: 'tls', ...(isIP(rule.host) === 0 && { server_names: [rule.host] }) },
        filters: [
          {
            name: 'envoy.filters.network.tcp_proxy',
            typed_config: typed('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
              stat_prefix: name,
              cluster: egressCluster(service, rule),
            }),
          },
        ],
      },
    ],
  };
}

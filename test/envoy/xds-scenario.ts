/** A small mesh for the xDS server: a listener, a route to one of several EDS clusters, a runtime layer; on a real Envoy. */
import { createServer } from 'node:http';
import { locateEnvoy, type SupervisedEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { type envoy, packed } from '../../protos/index.ts';
import {
  buildSnapshot,
  createXdsServer,
  DEFAULT_GROUP,
  type Snapshot,
  SnapshotCache,
  type XdsServer,
} from '../../xds-server/xds/index.ts';
import { Cleanup, freePort, listenOnFreePort } from '../support/index.ts';

/** How Envoy asks: all types on one stream or a stream a type, in either variant of the protocol. */
export type Transport = 'ads delta' | 'ads sotw' | 'per type delta' | 'per type sotw';

export interface Scenario {
  readonly port: number;
  readonly envoy: SupervisedEnvoy;
  server: XdsServer;
  readonly cache: SnapshotCache;
  /** Sets it and waits until Envoy has acknowledged it. */
  apply(snapshot: Snapshot): ReturnType<XdsServer['waitForAck']>;
  snapshot(options: SnapshotOptions): Snapshot;
  /** Ends the xDS server and starts another on its port, with its own empty cache but for this snapshot. */
  replaceServer(snapshot: Snapshot): Promise<void>;
  admin(path: string): Promise<string>;
  close(): Promise<void>;
}

export interface SnapshotOptions {
  /** The cluster that gets everything; the server behind it answers with its name. */
  readonly to: string;
  readonly flag?: number;
  readonly connectTimeout?: `${number}s`;
}

export async function startScenario(transport: Transport, first: SnapshotOptions): Promise<Scenario> {
  const cleanup = new Cleanup();
  const upstream = createServer((request, response) => {
    request.resume();
    response.end('ok');
  });
  upstream.keepAliveTimeout = 0;
  const upstreamPort = await listenOnFreePort(upstream);
  cleanup.defer(() => {
    upstream.closeAllConnections();
    upstream.close();
  });
  const port = await freePort();
  const source = configSource(transport);
  const snapshot = (options: SnapshotOptions) => buildSnapshot(resources(options, source, { port, upstreamPort }));

  const cache = new SnapshotCache();
  cache.set(DEFAULT_GROUP, snapshot(first));
  const serve = async (address: string) => {
    const server = createXdsServer({ cache });
    return { server, ...(await server.listen(address)) };
  };
  const { server, port: xdsPort } = await serve('127.0.0.1:0');
  const located = await locateEnvoy();
  const envoy = await superviseEnvoy({
    path: located.path,
    bootstrap: bootstrap(transport, source, xdsPort),
    drainMs: 0,
  });

  const scenario: Scenario = {
    port,
    envoy,
    server,
    cache,
    snapshot,
    apply(next) {
      cache.set(DEFAULT_GROUP, next);
      return scenario.server.waitForAck(DEFAULT_GROUP, next, { timeoutMs: 30_000 });
    },
    async replaceServer(next) {
      await scenario.server.close();
      cache.set(DEFAULT_GROUP, next);
      scenario.server = (await serve(`127.0.0.1:${xdsPort}`)).server;
    },
    admin: async (path) => (await fetch(`http://${envoy.admin.address}${path}`)).text(),
    close: () => cleanup.run(),
  };
  cleanup.defer(() => scenario.server.close());
  cleanup.defer(() => envoy.stop({ force: true }));
  return scenario;
}

function configSource(transport: Transport): envoy.ConfigSource {
  if (transport.startsWith('ads')) return { resource_api_version: 'V3', ads: {} };
  return { resource_api_version: 'V3', api_config_source: apiConfigSource(transport) };
}

function apiConfigSource(transport: Transport): envoy.ApiConfigSource {
  return {
    api_type: transport.endsWith('delta') ? 'DELTA_GRPC' : 'GRPC',
    transport_api_version: 'V3',
    grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }],
  };
}

function socketAddress(port: number): envoy.Address {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function resources(
  { to, flag = 0, connectTimeout = '1s' }: SnapshotOptions,
  source: envoy.ConfigSource,
  { port, upstreamPort }: { port: number; upstreamPort: number },
) {
  return [
    packed('envoy.config.cluster.v3.Cluster', {
      name: to,
      type: 'EDS',
      connect_timeout: connectTimeout,
      eds_cluster_config: { eds_config: source, service_name: `${to}-endpoints` },
    }),
    packed('envoy.config.endpoint.v3.ClusterLoadAssignment', {
      cluster_name: `${to}-endpoints`,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(upstreamPort) } }] }],
    }),
    packed('envoy.config.route.v3.RouteConfiguration', {
      name: 'routes',
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          response_headers_to_add: [{ header: { key: 'x-cluster', value: to } }],
          routes: [{ match: { prefix: '/' }, route: { cluster: to } }],
        },
      ],
    }),
    packed('envoy.config.listener.v3.Listener', {
      name: 'listener',
      address: socketAddress(port),
      filter_chains: [
        {
          filters: [
            {
              name: 'http',
              typed_config: packed(
                'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                {
                  stat_prefix: 'http',
                  rds: { route_config_name: 'routes', config_source: source },
                  http_filters: [
                    { name: 'router', typed_config: packed('envoy.extensions.filters.http.router.v3.Router', {}) },
                  ],
                },
              ),
            },
          ],
        },
      ],
    }),
    packed('envoy.service.runtime.v3.Runtime', { name: 'layer', layer: { 'test.flag': flag } }),
  ];
}

function bootstrap(transport: Transport, source: envoy.ConfigSource, xdsPort: number): envoy.Bootstrap {
  const http2 = packed('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
    explicit_http_config: { http2_protocol_options: {} },
  });
  return {
    // Envoy does not advertise on its own that it takes `Resource` in state-of-the-world responses.
    node: { id: 'test-envoy', cluster: 'test', client_features: ['xds.config.resource-in-sotw'] },
    admin: { address: socketAddress(0) },
    dynamic_resources: {
      ...(transport.startsWith('ads') ? { ads_config: apiConfigSource(transport) } : {}),
      lds_config: source,
      cds_config: source,
    },
    layered_runtime: { layers: [{ name: 'layer', rtds_layer: { name: 'layer', rtds_config: source } }] },
    static_resources: {
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          connect_timeout: '1s',
          typed_extension_protocol_options: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': http2 },
          load_assignment: {
            cluster_name: 'xds',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(xdsPort) } }] }],
          },
        },
      ],
    },
  };
}

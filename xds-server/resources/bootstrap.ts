import { isIP } from 'node:net';
import type { Address, EnvoyJson } from '../policy/model.ts';
import { duration, socketAddress, typed } from './envoy-json.ts';
import { apiConfigSource, configSource, type EnvoySetup, metadataOf, USUAL_SETUP } from './envoy-setup.ts';
import { RUNTIME_LAYER, XDS_CLUSTER } from './names.ts';
import { STATS_TAGS } from './stats-tags.ts';
import { type ControlPlaneTls, controlPlaneTls } from './tls.ts';

/**
 * All on one stream (`ads`), or a stream for each type, where Envoy's one ADS is somebody else's. `delta` sends what
 * changed; `sotw` (state of the world) is for a proxy between that knows nothing else.
 */
export type BootstrapVariant = 'ads-delta' | 'ads-sotw' | 'streams-delta' | 'streams-sotw';

export function protocolOf(variant: BootstrapVariant): 'delta' | 'sotw' {
  return variant.endsWith('sotw') ? 'sotw' : 'delta';
}

export function setupOfVariant(variant: BootstrapVariant): EnvoySetup {
  return { ...USUAL_SETUP, streams: variant.startsWith('ads') ? 'ads' : protocolOf(variant) };
}

interface BootstrapOptions {
  /** Where the control plane serves xDS. */
  readonly xdsAddress: Address;
  /** Envoy's own admin page; keep it private. */
  readonly adminAddress: Address;
  /** How this Envoy is called in `GET /envoys`; unique among those of one control plane. */
  readonly nodeId: string;
  /** Group of Envoys that serve the same; defaults to `shadowplane`. */
  readonly nodeCluster?: string;
  /** Defaults to `ads-delta`. */
  readonly variant?: BootstrapVariant;
  /** Mutual TLS to the control plane; defaults to plain text. */
  readonly tls?: ControlPlaneTls | undefined;
  /** The service whose way out this Envoy is; absent: it serves users. */
  readonly egress?: string | undefined;
}

/** How old the figures of the control plane may be, and how soon it knows why a copy was not sent. */
export const STATS_INTERVAL_MS = 1_000;
/** Above what a host can serve, so that only a flood meets it: Envoy warns when there is no bound at all. */
const MAX_DOWNSTREAM_CONNECTIONS = 100_000;

/** The configuration that an Envoy starts with: where its control plane is, and what cannot arrive from there. */
export function buildBootstrap(options: BootstrapOptions): EnvoyJson {
  const { xdsAddress, adminAddress, nodeId, nodeCluster = 'shadowplane', variant = 'ads-delta' } = options;
  const { egress } = options;
  const setup = { ...setupOfVariant(variant), ...(egress !== undefined && { egress }) };
  const source = configSource(setup);
  const metadata = metadataOf(setup);
  return {
    node: { id: nodeId, cluster: nodeCluster, ...(metadata && { metadata }) },
    admin: { address: socketAddress(adminAddress.host, adminAddress.port) },
    dynamic_resources: {
      ...(setup.streams === 'ads' && { ads_config: apiConfigSource(protocolOf(variant)) }),
      cds_config: source,
      lds_config: source,
    },
    static_resources: { clusters: [xdsCluster(xdsAddress, options.tls)] },
    // No layer stands above ours: an admin layer there would silently win over every share that the policy sets.
    layered_runtime: { layers: [{ name: 'base', static_layer: {} }, runtimeLayer(source)] },
    stats_config: { stats_tags: STATS_TAGS },
    stats_flush_interval: duration(STATS_INTERVAL_MS),
    stats_sinks: [statsSink()],
    overload_manager: overloadManager(),
    ...(egress !== undefined && { bootstrap_extensions: [INTERNAL_LISTENERS] }),
  };
}

/** In which the way out looks at the bytes of tunnels. */
const INTERNAL_LISTENERS: EnvoyJson = {
  name: 'envoy.bootstrap.internal_listener',
  typed_config: typed('envoy.extensions.bootstrap.internal_listener.v3.InternalListener'),
};

/** The shares. */
export function runtimeLayer(source: EnvoyJson): EnvoyJson {
  return { name: RUNTIME_LAYER, rtds_layer: { name: RUNTIME_LAYER, rtds_config: source } };
}

/**
 * Tells the control plane what Envoy counts, over the connection that is there already. Nothing is kept for a control
 * plane that is away: counters are absolute, so the next report has all of it. Names stay whole, because the control plane
 * made them and reads them.
 */
export function statsSink(): EnvoyJson {
  return {
    name: 'envoy.stat_sinks.metrics_service',
    typed_config: typed('envoy.config.metrics.v3.MetricsServiceConfig', {
      transport_api_version: 'V3',
      grpc_service: { envoy_grpc: { cluster_name: XDS_CLUSTER } },
      // The shorter of the two forms; nobody reads it.
      histogram_emit_mode: 'HISTOGRAM',
    }),
  };
}

/** Pings find a dead connection to the control plane within seconds; Envoy then goes on with what it has. */
export function xdsCluster({ host, port }: Address, tls: ControlPlaneTls | undefined): EnvoyJson {
  return {
    name: XDS_CLUSTER,
    type: isIP(host) === 0 ? 'STRICT_DNS' : 'STATIC',
    dns_lookup_family: 'V4_PREFERRED',
    connect_timeout: duration(5_000),
    ...(tls && { transport_socket: controlPlaneTls('http2', tls) }),
    load_assignment: {
      cluster_name: XDS_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, port) } }] }],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        {
          explicit_http_config: {
            http2_protocol_options: {
              connection_keepalive: { interval: duration(30_000), timeout: duration(5_000) },
            },
          },
        },
      ),
    },
  };
}

function overloadManager(): EnvoyJson {
  return {
    resource_monitors: [
      {
        name: 'envoy.resource_monitors.global_downstream_max_connections',
        typed_config: typed(
          'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
          { max_active_downstream_connections: MAX_DOWNSTREAM_CONNECTIONS },
        ),
      },
    ],
  };
}

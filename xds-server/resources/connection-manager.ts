import type { EnvoyJson, ListenerOptions, Policy } from '../policy/model.ts';
import { accessLoggers } from './access-log.ts';
import { duration, OVER_ADS, typed } from './envoy-json.ts';
import { FAITHFUL_HTTP1 } from './faithful-http1.ts';
import { filterSlot } from './filter-slot.ts';
import { removeHeadersByPrefix } from './header-mutations.ts';
import { MARKERS, PRIMARY_FILTER, ROUTE_CONFIGURATION } from './names.ts';

/**
 * The HTTP side of the listener: HTTP/1, HTTP/2 and gRPC on one port, passed on as untouched as Envoy can. The request
 * keeps its path, its request id and the case of its header names, the response keeps its `server` and gets no header
 * of Envoy's. docs/envoy-configuration.md explains every line.
 */
export function connectionManager({ listener, envoy }: Policy): EnvoyJson {
  return typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: 'shadowplane',
    codec_type: 'AUTO',
    rds: { route_config_name: ROUTE_CONFIGURATION, config_source: OVER_ADS },
    ...(listener.markers === 'strip' && { early_header_mutation_extensions: [stripMarkers()] }),
    http_filters: [...envoy.httpFilters.before, filterSlot(PRIMARY_FILTER), ...envoy.httpFilters.after, router()],
    ...clientAddress(listener),
    ...timeouts(listener),
    ...(listener.upgrades.length > 0 && {
      upgrade_configs: listener.upgrades.map((upgrade_type) => ({ upgrade_type })),
    }),
    access_log: accessLoggers(listener.accessLog),
    server_header_transformation: 'PASS_THROUGH',
    generate_request_id: false,
    preserve_external_request_id: true,
    normalize_path: false,
    merge_slashes: false,
    path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
    http_protocol_options: { ...FAITHFUL_HTTP1, accept_http_10: true },
  });
}

/**
 * Markers that a client sent go before anything else sees the request. Envoy does it itself, so it also happens when our
 * filter is missing or has failed open.
 */
export function stripMarkers(): EnvoyJson {
  return {
    name: 'envoy.http.early_header_mutation.header_mutation',
    typed_config: typed('envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', {
      mutations: [removeHeadersByPrefix(MARKERS.shadow)],
    }),
  };
}

function clientAddress({ useRemoteAddress, trustedHops }: ListenerOptions): EnvoyJson {
  return { use_remote_address: useRemoteAddress, xff_num_trusted_hops: trustedHops };
}

function timeouts({ timeouts: { requestMs, streamIdleMs, drainMs } }: ListenerOptions): EnvoyJson {
  return {
    request_timeout: duration(requestMs),
    stream_idle_timeout: duration(streamIdleMs),
    drain_timeout: duration(drainMs),
  };
}

function router(): EnvoyJson {
  return {
    name: 'envoy.filters.http.router',
    typed_config: typed('envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true }),
  };
}

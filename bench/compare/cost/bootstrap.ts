import { parsePolicyFile } from '../../../xds-server/policy/index.ts';
import type { EnvoyJson } from '../../../xds-server/policy/model.ts';
import { buildResources, type Resources } from '../../../xds-server/resources/index.ts';
import { COLLECTOR_CLUSTER } from '../../../xds-server/resources/names.ts';
import { bodyOf, SIZES, type Variant } from './variants.ts';

/**
 * The two Envoys as static configuration: the measured one with a listener a variant, and the services behind it. What is
 * ours is what the control plane serves for a policy, put into one file; what is compared with it has the same listener
 * and clusters without our filter.
 */
export interface Addresses {
  readonly backendPort: (bodyBytes: number, differing: boolean) => number;
  readonly collector: string;
  readonly extProc: string;
  /** How long captured answers wait for a batch to fill, where it is not what the control plane serves. */
  readonly flushIntervalMs?: number;
}

export interface Modules {
  readonly select: string;
  readonly capture: string;
}

const LOOPBACK = '127.0.0.1';
const EXT_PROC_CLUSTER = 'ext-proc';
const FILTERS = 'type.googleapis.com/envoy.extensions.filters.http.';
/** Room for all connections and streams; Envoy's own default of 1,024 would refuse some. */
const BREAKERS = {
  thresholds: [{ max_connections: 1_000_000, max_pending_requests: 1_000_000, max_requests: 1_000_000 }],
};

export function measuredBootstrap(variants: readonly Variant[], modules: Modules, addresses: Addresses): EnvoyJson {
  const parts = variants.map((variant) => partsOf(variant, modules, addresses));
  const clusters = new Map(parts.flatMap((part) => part.clusters).map((cluster) => [cluster.name, cluster]));
  clusters.set(EXT_PROC_CLUSTER, extProcCluster(addresses.extProc));
  return {
    ...admin(),
    layered_runtime: {
      layers: parts.map(({ runtime }, index) => ({ name: `shares-${index}`, static_layer: runtime })),
    },
    static_resources: { listeners: parts.map(({ listener }) => listener), clusters: [...clusters.values()] },
  };
}

/** A listener a body; it answers at once and without an upstream, so it can share a core with the load. */
export function backendBootstrap(): EnvoyJson {
  const listeners = SIZES.flatMap((bodyBytes) =>
    [false, true].map((differing) => {
      const body = { inline_string: bodyOf(bodyBytes, differing) };
      const route = {
        match: { prefix: '/' },
        direct_response: { status: 200, body },
        response_headers_to_add: [{ header: { key: 'content-type', value: 'application/json' } }],
      };
      return plainListener(backendName(bodyBytes, differing), [route]);
    }),
  );
  return { ...admin(), static_resources: { listeners } };
}

export function backendName(bodyBytes: number, differing: boolean): string {
  return `${bodyBytes}-${differing ? 'other' : 'same'}`;
}

interface Parts {
  readonly listener: EnvoyJson;
  readonly clusters: readonly EnvoyJson[];
  readonly runtime: EnvoyJson;
}

function partsOf(variant: Variant, modules: Modules, addresses: Addresses): Parts {
  const resources = productionResources(variant, addresses);
  const ours = variant.kind === 'select' || variant.kind === 'capture';
  const module = variant.kind === 'capture' ? modules.capture : modules.select;
  /** Of the filters in production, those that stand in this variant. */
  const filters = (list: readonly EnvoyJson[]): EnvoyJson[] => {
    if (ours) return list.map((filter) => filled(filter, resources, variant.name, module, addresses.flushIntervalMs));
    const last = list.at(-1)!;
    return variant.kind === 'ext-proc' ? [extProcFilter(), last] : [last];
  };
  const [route] = resources.routes;
  return {
    listener: listenerOf(variant.name, resources.listeners[0]!, filters, ours ? route! : mirrored(route!, variant)),
    clusters: resources.clusters.map((cluster) => clusterOf(cluster, resources, filters)),
    runtime: (resources.runtimes[0] as { layer: EnvoyJson }).layer,
  };
}

/** The mirror is called like the variant, so every variant has clusters of its own. */
function productionResources({ name, kind, bodyBytes, differing }: Variant, addresses: Addresses): Resources {
  const { backendPort, collector } = addresses;
  const [host = '', port = ''] = collector.split(':');
  const { policy } = parsePolicyFile(
    `
listen: ${LOOPBACK}:0
default: v1
services:
  v1: { address: "${LOOPBACK}:${backendPort(bodyBytes, false)}" }
  v2: { address: "${LOOPBACK}:${backendPort(bodyBytes, differing)}" }
segments: { eu: { header: x-region, prefix: eu- } }
mirrors:
  ${name}:
    match: { path: /api/orders }
    primary: v1
    shadow: v2
    segments: { eu: 100% }
    sample: 5%
    limits: { maxConcurrent: 10000 }
`,
    'cost.yaml',
  );
  const capture = kind === 'capture' ? { address: { host, port: Number(port) } } : undefined;
  return buildResources(policy, { filterWasm: new Uint8Array(), capture });
}

/** A filter that production fetches, with what it would fetch; each variant in a virtual machine of its own. */
function filled(
  filter: EnvoyJson,
  { extensionConfigs }: Resources,
  variant: string,
  module: string,
  flushIntervalMs: number | undefined,
): EnvoyJson {
  if (!filter.config_discovery) return filter;
  const plugin = extensionConfigs.find(({ name }) => name === filter.name) as { typed_config: { config: EnvoyJson } };
  const { config } = plugin.typed_config;
  const configuration = { ...(config.configuration as EnvoyJson & { value: string }) };
  if (flushIntervalMs !== undefined) {
    configuration.value = configuration.value.replace(/"flushIntervalMs":\d+/, `"flushIntervalMs":${flushIntervalMs}`);
  }
  const vm = { ...(config.vm_config as EnvoyJson), vm_id: `${variant} ${filter.name}`, code: local(module) };
  return {
    name: filter.name,
    typed_config: { ...plugin.typed_config, config: { ...config, configuration, name: vm.vm_id, vm_config: vm } },
  };
}

function local(filename: string): EnvoyJson {
  return { local: { filename } };
}

type Filters = (list: readonly EnvoyJson[]) => EnvoyJson[];

function listenerOf(name: string, listener: EnvoyJson, filters: Filters, route: EnvoyJson): EnvoyJson {
  const [chain] = listener.filter_chains as [{ filters: [{ name: string; typed_config: EnvoyJson }] }];
  const { rds: _fetched, '@type': type, ...manager } = chain.filters[0].typed_config;
  const { '@type': _type, ...routeConfiguration } = route;
  const typed_config = {
    '@type': type,
    ...manager,
    stat_prefix: name,
    route_config: routeConfiguration,
    http_filters: filters(manager.http_filters as EnvoyJson[]),
  };
  const { '@type': _listener, ...rest } = listener;
  return { ...rest, name, filter_chains: [{ filters: [{ name: chain.filters[0].name, typed_config }] }] };
}

/**
 * The route table that a user of Envoy alone would write: everything below the path is mirrored. `marked`: with the header
 * changes on the copy that ours makes.
 */
function mirrored(route: EnvoyJson, { kind, name }: Variant): EnvoyJson {
  const [{ matcher, ...host }] = route.virtual_hosts as [DecidingHost];
  const [decided] = matcher.matcher_tree.prefix_match_map.map[`${name}/segment/eu/`]!.action.typed_config.routes;
  const action = decided.route;
  const policies = action.request_mirror_policies.map(({ request_headers_mutations, ...policy }) => ({
    ...policy,
    ...(kind === 'marked' && { request_headers_mutations }),
  }));
  const only = {
    name,
    stat_prefix: name,
    match: { path_separated_prefix: '/api/orders' },
    route: { ...action, request_mirror_policies: policies },
  };
  return { ...route, virtual_hosts: [{ ...host, routes: [only] }] };
}

interface DecidingHost {
  readonly matcher: {
    readonly matcher_tree: { readonly prefix_match_map: { readonly map: Record<string, DecidedRoutes> } };
  };
}

/** The routes for one decision; the first of them copies. */
interface DecidedRoutes {
  readonly action: { readonly typed_config: { readonly routes: readonly [CopyingRoute] } };
}

interface CopyingRoute {
  readonly route: { readonly request_mirror_policies: readonly EnvoyJson[] };
}

function clusterOf(cluster: EnvoyJson, { endpoints }: Resources, filters: Filters): EnvoyJson {
  const { '@type': _type, eds_cluster_config, ...rest } = cluster;
  const load_assignment = withoutType(endpoints.find(({ cluster_name }) => cluster_name === cluster.name));
  const options = Object.entries((rest.typed_extension_protocol_options as Record<string, EnvoyJson>) ?? {});
  const withFilters = options.map(([name, { http_filters, ...option }]) => [
    name,
    { ...option, ...(http_filters ? { http_filters: filters(http_filters as EnvoyJson[]) } : {}) },
  ]);
  return {
    ...rest,
    ...(eds_cluster_config ? { type: 'STATIC', load_assignment } : {}),
    ...(cluster.name === COLLECTOR_CLUSTER
      ? {}
      : { typed_extension_protocol_options: Object.fromEntries(withFilters) }),
  };
}

function withoutType(message: EnvoyJson | undefined): EnvoyJson | undefined {
  if (!message) return undefined;
  const { '@type': _type, ...fields } = message;
  return fields;
}

/**
 * The same capture as ours: headers of the request, headers and body of the answer. Observability mode: Envoy does not
 * wait for answers. A closed stream is kept for less than the usual 5 s, which is in its favour.
 */
function extProcFilter(): EnvoyJson {
  return {
    name: 'envoy.filters.http.ext_proc',
    typed_config: {
      '@type': `${FILTERS}ext_proc.v3.ExternalProcessor`,
      grpc_service: { envoy_grpc: { cluster_name: EXT_PROC_CLUSTER } },
      observability_mode: true,
      deferred_close_timeout: '0.2s',
      failure_mode_allow: true,
      processing_mode: {
        request_header_mode: 'SEND',
        request_body_mode: 'NONE',
        request_trailer_mode: 'SKIP',
        response_header_mode: 'SEND',
        response_body_mode: 'STREAMED',
        response_trailer_mode: 'SKIP',
      },
    },
  };
}

function extProcCluster(address: string): EnvoyJson {
  const [host = '', port = ''] = address.split(':');
  return {
    name: EXT_PROC_CLUSTER,
    type: 'STATIC',
    connect_timeout: '5s',
    circuit_breakers: BREAKERS,
    load_assignment: {
      cluster_name: EXT_PROC_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(host, Number(port)) } }] }],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
}

function plainListener(name: string, routes: readonly EnvoyJson[]): EnvoyJson {
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: name,
    route_config: {
      name,
      max_direct_response_body_size_bytes: Math.max(...SIZES),
      virtual_hosts: [{ name, domains: ['*'], routes }],
    },
    http_filters: [{ name: 'router', typed_config: { '@type': `${FILTERS}router.v3.Router` } }],
  };
  return {
    name,
    address: socket(LOOPBACK, 0),
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  };
}

function admin(): EnvoyJson {
  return { admin: { address: socket(LOOPBACK, 0) } };
}

function socket(host: string, port: number): EnvoyJson {
  return { socket_address: { address: host, port_value: port } };
}

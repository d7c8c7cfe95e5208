import type { EnvoyJson } from '../../xds-server/policy/model.ts';
import { LUA_SCRIPT, PRIMARY_CLUSTER, RUNTIME, SHADOW_CLUSTER, type Variant } from './variants.ts';

/** The two Envoys as static configuration: the measured one with a listener a variant, and the backend behind it. */

export interface Modules {
  readonly empty: string;
  readonly filter: string;
}

const LOOPBACK = '127.0.0.1';
const BACKEND_BODY = JSON.stringify({
  id: 4711,
  total: '19.90',
  currency: 'EUR',
  items: [{ sku: 'A-1', quantity: 2 }],
});
/** Room for both numbers of connections; Envoy's own default of 1024 would answer 503 to more. */
const THRESHOLDS = [{ max_connections: 20_000, max_pending_requests: 20_000, max_requests: 20_000 }];

export function measuredBootstrap(variants: readonly Variant[], modules: Modules, backendPort: number): EnvoyJson {
  return {
    ...common(),
    layered_runtime: { layers: [{ name: 'fractions', static_layer: RUNTIME }] },
    static_resources: {
      listeners: variants.map((variant) => listener(variant.name, variant.table, filtersOf(variant, modules))),
      clusters: [PRIMARY_CLUSTER, SHADOW_CLUSTER].map((name) => cluster(name, backendPort)),
    },
  };
}

/** Answers at once and without an upstream: cheap enough to share a core with the load. */
export function backendBootstrap(): EnvoyJson {
  const answer = {
    match: { prefix: '/' },
    direct_response: { status: 200, body: { inline_string: BACKEND_BODY } },
  };
  return { ...common(), static_resources: { listeners: [listener('backend', { routes: [answer] }, [])] } };
}

function common(): EnvoyJson {
  return { admin: { address: socket(0) } };
}

function listener(name: string, table: EnvoyJson, filters: readonly EnvoyJson[]): EnvoyJson {
  const manager = {
    '@type': `${HTTP_FILTERS_TYPE}network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: name,
    use_remote_address: true,
    route_config: { name, virtual_hosts: [{ name, domains: ['*'], ...table }] },
    http_filters: [
      ...filters,
      { name: 'router', typed_config: { '@type': `${HTTP_FILTERS_TYPE}http.router.v3.Router` } },
    ],
  };
  return {
    name,
    address: socket(0),
    tcp_backlog_size: 4096,
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  };
}

const HTTP_FILTERS_TYPE = 'type.googleapis.com/envoy.extensions.filters.';

function filtersOf({ name, filter }: Variant, modules: Modules): EnvoyJson[] {
  if (filter === 'none') return [];
  if (filter === 'lua') {
    const script = { default_source_code: { inline_string: LUA_SCRIPT } };
    return [{ name: 'lua', typed_config: { '@type': `${HTTP_FILTERS_TYPE}http.lua.v3.Lua`, ...script } }];
  }
  const [module, configuration] = filter === 'empty' ? [modules.empty, ''] : [modules.filter, JSON.stringify(filter)];
  return [{ name: 'wasm', typed_config: wasm(name, module, configuration) }];
}

/** A VM of its own for every variant, as the filter has in production. */
function wasm(name: string, module: string, configuration: string): EnvoyJson {
  return {
    '@type': `${HTTP_FILTERS_TYPE}http.wasm.v3.Wasm`,
    config: {
      name,
      failure_policy: 'FAIL_OPEN',
      configuration: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: configuration },
      vm_config: { vm_id: name, runtime: 'envoy.wasm.runtime.v8', code: { local: { filename: module } } },
    },
  };
}

function cluster(name: string, port: number): EnvoyJson {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '5s',
    circuit_breakers: { thresholds: THRESHOLDS },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(port) } }] }],
    },
  };
}

function socket(port: number): EnvoyJson {
  return { socket_address: { address: LOOPBACK, port_value: port } };
}

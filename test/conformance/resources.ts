import { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME } from '../../xds-server/xds/index.ts';
import type { ResourceJson } from './control-plane.ts';

/** Small valid resources; `detail` makes two of one name differ. */

const ADS = { ads: {}, resource_api_version: 'V3' };

export function cluster(name: string, detail = 1): ResourceJson {
  return { '@type': CLUSTER, name, connect_timeout: `${detail}s` };
}

export function edsCluster(name: string, detail = 1): ResourceJson {
  return { ...cluster(name, detail), type: 'EDS', eds_cluster_config: { eds_config: ADS } };
}

export function endpoints(name: string, detail = 1): ResourceJson {
  const address = { socket_address: { address: '127.0.0.1', port_value: detail } };
  return { '@type': ENDPOINT, cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
}

/** @param filter name of an HTTP filter whose configuration comes by ECDS */
export function listener(
  name: string,
  route: string,
  { detail = 1, filter }: { detail?: number; filter?: string } = {},
) {
  const typeUrls = ['type.googleapis.com/google.protobuf.StringValue'];
  const filters = filter ? [{ name: filter, config_discovery: { config_source: ADS, type_urls: typeUrls } }] : [];
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'http',
    rds: { route_config_name: route, config_source: ADS },
    http_filters: filters,
  };
  const filter_chains = [{ filters: [{ name: 'http', typed_config: manager }] }];
  return { '@type': LISTENER, name, listener_filters_timeout: `${detail}s`, filter_chains } satisfies ResourceJson;
}

export function route(name: string, to: string, detail = 1): ResourceJson {
  const routes = [{ match: { prefix: '/' }, route: { cluster: to, timeout: `${detail}s` } }];
  return { '@type': ROUTE, name, virtual_hosts: [{ name: 'all', domains: ['*'], routes }] };
}

export function runtime(name: string, detail: number | string = 1): ResourceJson {
  return { '@type': RUNTIME, name, layer: { detail } };
}

export function extension(name: string, detail = 1): ResourceJson {
  const typed_config = { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: `${detail}` };
  return { '@type': EXTENSION_CONFIG, name, typed_config };
}

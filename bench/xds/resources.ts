import { ROUTES_NAME } from './delta-stream.ts';

const CLUSTERS = 10;
const TYPES = 'type.googleapis.com/envoy.config.';

export type Changed = 'one' | 'all';

/**
 * Ten clusters and a route configuration of this many routes. The revision changes one route or all; by xDS the whole
 * route configuration is sent again.
 */
export function resources(
  { routes, changed }: { readonly routes: number; readonly changed: Changed },
  revision: number,
): unknown[] {
  const clusters = Array.from({ length: CLUSTERS }, (_, at) => ({
    '@type': `${TYPES}cluster.v3.Cluster`,
    name: `service-${at}`,
    connect_timeout: '1s',
  }));
  const entries = Array.from({ length: routes }, (_, at) => ({
    name: `route-${at}`,
    match: { prefix: at === 0 || changed === 'all' ? `/revision/${revision}/${at}` : `/api/${at}` },
    route: { cluster: `service-${at % CLUSTERS}`, timeout: '5s' },
  }));
  const host = { name: 'all', domains: ['*'], routes: entries };
  return [...clusters, { '@type': `${TYPES}route.v3.RouteConfiguration`, name: ROUTES_NAME, virtual_hosts: [host] }];
}

import { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME } from '../../xds-server/xds/index.ts';

export interface Variant {
  readonly protocol: 'sotw' | 'delta';
  /** One aggregated stream, or one for each type. */
  readonly streams: 'ads' | 'per-type';
}

export const VARIANTS: readonly Variant[] = [
  { protocol: 'sotw', streams: 'ads' },
  { protocol: 'sotw', streams: 'per-type' },
  { protocol: 'delta', streams: 'ads' },
  { protocol: 'delta', streams: 'per-type' },
];

export function variantName({ protocol, streams }: Variant): string {
  return `${protocol === 'sotw' ? 'SotW' : 'delta'} ${streams === 'ads' ? 'ADS' : 'per type'}`;
}

export const RESOURCE = 'type.googleapis.com/envoy.service.discovery.v3.Resource';

/** gRPC methods by type, as Envoy's API names them; `ads` is the aggregated service. */
export const METHODS: Readonly<Record<string, { readonly sotw: string; readonly delta: string }>> = {
  ads: methods('discovery.v3.AggregatedDiscoveryService', 'AggregatedResources'),
  [CLUSTER]: methods('cluster.v3.ClusterDiscoveryService', 'Clusters'),
  [ENDPOINT]: methods('endpoint.v3.EndpointDiscoveryService', 'Endpoints'),
  [EXTENSION_CONFIG]: methods('extension.v3.ExtensionConfigDiscoveryService', 'ExtensionConfigs'),
  [LISTENER]: methods('listener.v3.ListenerDiscoveryService', 'Listeners'),
  [ROUTE]: methods('route.v3.RouteDiscoveryService', 'Routes'),
  [RUNTIME]: methods('runtime.v3.RuntimeDiscoveryService', 'Runtime'),
};

function methods(service: string, name: string) {
  return { sotw: `/envoy.service.${service}/Stream${name}`, delta: `/envoy.service.${service}/Delta${name}` };
}

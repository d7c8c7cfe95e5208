import type { EnvoyJson, Policy } from '../policy/model.ts';
import { buildEndpoints, placeServices } from './clusters.ts';
import { typed } from './envoy-json.ts';
import { buildExtensionConfigs } from './extension-config.ts';
import { clustersWithExtras, listenerWithExtras } from './extras.ts';
import { RESOURCE_TYPES, type ResourceKind } from './resource-types.ts';
import { buildRoutes } from './routes.ts';
import { buildRuntime } from './runtime.ts';

/** Everything that Envoy is to have for one policy, in ProtoJSON; each resource names its own `@type`. */
export type Resources = { readonly [Kind in ResourceKind]: readonly EnvoyJson[] };

interface BuildContext {
  /** The compiled filter. */
  readonly filterWasm: Uint8Array;
}

/** Policy in, resources out: the same policy and the same filter always give the same resources. */
export function buildResources(policy: Policy, { filterWasm }: BuildContext): Resources {
  const { envoy, mirrors } = policy;
  return {
    listeners: of('listeners', [listenerWithExtras(policy), ...envoy.listeners]),
    routes: of('routes', [buildRoutes(policy)]),
    clusters: of('clusters', [...clustersWithExtras(policy), ...envoy.clusters]),
    endpoints: of('endpoints', buildEndpoints(placeServices(policy))),
    runtimes: of('runtimes', [buildRuntime(mirrors)]),
    extensionConfigs: of('extensionConfigs', buildExtensionConfigs(policy, filterWasm)),
  };
}

function of(kind: ResourceKind, resources: readonly EnvoyJson[]): EnvoyJson[] {
  return resources.map((resource) => typed(RESOURCE_TYPES[kind], resource));
}

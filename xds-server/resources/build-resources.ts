import type { EnvoyJson, Policy } from '../policy/model.ts';
import { type CaptureTarget, captureShortcuts, collectorCluster } from './capture.ts';
import { captureSettings } from './capture-settings.ts';
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
  /** The compiled filter; with `capture` the module that can. */
  readonly filterWasm: Uint8Array;
  /** Absent: nothing is captured. */
  readonly capture?: CaptureTarget | undefined;
}

/** Policy in, resources out: the same policy and the same filter always give the same resources. */
export function buildResources(policy: Policy, { filterWasm, capture }: BuildContext): Resources {
  const { envoy, mirrors } = policy;
  return {
    listeners: of('listeners', [listenerWithExtras(policy), ...envoy.listeners]),
    routes: of('routes', [buildRoutes(policy)]),
    clusters: of('clusters', [
      ...clustersWithExtras(policy),
      ...(capture ? [collectorCluster(capture)] : []),
      ...envoy.clusters,
    ]),
    endpoints: of('endpoints', buildEndpoints(placeServices(policy))),
    runtimes: of('runtimes', [buildRuntime(mirrors)]),
    extensionConfigs: of(
      'extensionConfigs',
      buildExtensionConfigs(
        policy,
        filterWasm,
        capture && { ...captureSettings(mirrors), ...captureShortcuts(policy) },
      ),
    ),
  };
}

function of(kind: ResourceKind, resources: readonly EnvoyJson[]): EnvoyJson[] {
  return resources.map((resource) => typed(RESOURCE_TYPES[kind], resource));
}

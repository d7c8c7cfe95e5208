import type { EnvoyJson, Policy } from '../policy/model.ts';
import { type CaptureTarget, captureShortcuts, collectorCluster } from './capture.ts';
import { captureSettings } from './capture-settings.ts';
import { buildEndpoints, placeServices } from './clusters.ts';
import { buildEgress } from './egress.ts';
import { typed } from './envoy-json.ts';
import { besideUnknownFilters, type EnvoySetup, overStreams, USUAL_SETUP } from './envoy-setup.ts';
import { buildExtensionConfigs, type VmGenerations } from './extension-config.ts';
import { clustersWithExtras, listenerWithExtras } from './extras.ts';
import { filterStandIn } from './filter-slot.ts';
import { PRIMARY_FILTER, SHADOW_FILTER } from './names.ts';
import { RESOURCE_TYPES, type ResourceKind } from './resource-types.ts';
import { buildRoutes } from './routes.ts';
import { buildRuntime } from './runtime.ts';
import { buildSecrets, type SecretLookup } from './secrets.ts';

/** Everything that Envoy is to have for one policy, in ProtoJSON; each resource names its own `@type`. */
export type Resources = { readonly [Kind in ResourceKind]: readonly EnvoyJson[] };

export interface BuildContext {
  /** The compiled filter; with `capture` the module that can. */
  readonly filterWasm: Uint8Array;
  /** Absent: nothing is captured. */
  readonly capture?: CaptureTarget | undefined;
  /** Absent: there are none. */
  readonly secrets?: SecretLookup | undefined;
  /** Absent: the first. */
  readonly vmGenerations?: VmGenerations | undefined;
  /** Absent: the usual one. */
  readonly setup?: EnvoySetup | undefined;
}

/** Policy in, resources out: the same policy, filter and setup always give the same resources. */
export function buildResources(policy: Policy, context: BuildContext): Resources {
  const { setup = USUAL_SETUP } = context;
  if (setup.egress !== undefined) return wayOut(policy, setup.egress, setup.streams);
  const { envoy } = policy;
  const capture = policy.mirroring === 'on' ? context.capture : undefined;
  const hasOurListener = setup.listener === 'ours';
  const seen = hasOurListener ? policy : besideUnknownFilters(policy);
  const fetching = (kind: ResourceKind, resources: readonly EnvoyJson[]) =>
    of(kind, setup.streams === 'ads' ? resources : resources.map((resource) => overStreams(setup.streams, resource)));
  return {
    listeners: fetching('listeners', [...(hasOurListener ? [listenerWithExtras(policy)] : []), ...envoy.listeners]),
    secrets: of(
      'secrets',
      buildSecrets(policy, {
        collector: capture?.tls,
        listener: setup.listener,
        lookUp: context.secrets ?? noSecrets,
      }),
    ),
    routes: of('routes', [buildRoutes(seen)]),
    clusters: fetching('clusters', [
      ...clustersWithExtras(policy),
      ...(capture ? [collectorCluster(capture)] : []),
      ...envoy.clusters,
    ]),
    endpoints: of('endpoints', buildEndpoints(placeServices(policy))),
    runtimes: of('runtimes', [buildRuntime(policy)]),
    extensionConfigs: of('extensionConfigs', filters(seen, { ...context, capture })),
  };
}

/** What an Envoy beside a shadow has: nothing at all where the policy knows no way out for that service. */
function wayOut(policy: Policy, service: string, streams: EnvoySetup['streams']): Resources {
  const egress = policy.egress.find((one) => one.service === service);
  const built = egress ? buildEgress(egress) : { listeners: [], routes: [], clusters: [] };
  return {
    listeners: of(
      'listeners',
      streams === 'ads' ? built.listeners : built.listeners.map((one) => overStreams(streams, one)),
    ),
    routes: of('routes', built.routes),
    clusters: of('clusters', built.clusters),
    secrets: [],
    endpoints: [],
    // Its bootstrap has the layer, and it waits for it.
    runtimes: of('runtimes', [buildRuntime({ ...policy, mirrors: [] })]),
    extensionConfigs: [],
  };
}

/** Where nothing is mirrored the filter gives way to one that does nothing. */
function filters(policy: Policy, { filterWasm, capture, vmGenerations }: BuildContext): EnvoyJson[] {
  if (policy.mirroring === 'off') return [PRIMARY_FILTER, SHADOW_FILTER].map(filterStandIn);
  const captured = capture && { ...captureSettings(policy.mirrors), ...captureShortcuts(policy) };
  return buildExtensionConfigs(policy, filterWasm, captured, vmGenerations);
}

const noSecrets: SecretLookup = () => undefined;

function of(kind: ResourceKind, resources: readonly EnvoyJson[]): EnvoyJson[] {
  return resources.map((resource) => typed(RESOURCE_TYPES[kind], resource));
}

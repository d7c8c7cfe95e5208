import type { Address, EnvoyJson, Policy } from '../policy/model.ts';
import {
  type BootstrapVariant,
  protocolOf,
  runtimeLayer,
  STATS_INTERVAL_MS,
  setupOfVariant,
  statsSink,
  xdsCluster,
} from './bootstrap.ts';
import { type CaptureTarget, collectorCluster } from './capture.ts';
import { type PlacedService, placeServices } from './clusters.ts';
import { stripMarkers } from './connection-manager.ts';
import { hasOnlyIpAddresses, loadAssignment } from './endpoints.ts';
import { duration } from './envoy-json.ts';
import { apiConfigSource, configSource, type EnvoySetup, metadataOf, overStreams } from './envoy-setup.ts';
import { clusterWithExtras } from './extras.ts';
import { filterSlot } from './filter-slot.ts';
import { COLLECTOR_CLUSTER, PRIMARY_FILTER, ROUTE_CONFIGURATION, RUNTIME_LAYER, XDS_CLUSTER } from './names.ts';
import { buildRoutes } from './routes.ts';
import { STATS_TAGS } from './stats-tags.ts';
import type { ControlPlaneTls } from './tls.ts';

export interface FragmentOptions {
  /** Where the control plane serves xDS. */
  readonly xdsAddress: Address;
  /** Mutual TLS to it; absent: plain text. */
  readonly tls?: ControlPlaneTls | undefined;
  readonly variant: BootstrapVariant;
  /** Where answers are taken to be compared; absent: nothing is captured. */
  readonly capture?: CaptureTarget | undefined;
}

/** What an Envoy with a listener of its own needs in its bootstrap, in the places where it belongs. */
export interface Fragment {
  /** Merged into the bootstrap: lists are added to, by name. */
  readonly bootstrap: EnvoyJson;
  /** Merged into the HTTP connection manager: `rds` instead of `route_config`, the filter in front of those it finds. */
  readonly http_connection_manager: EnvoyJson;
}

/** Why a part stands there, by its path in the fragment. */
export interface FragmentNote {
  readonly path: ReadonlyArray<string | number>;
  readonly text: string;
}

/**
 * For an Envoy with a listener and clusters of its own, which has only routes, runtime and filter from us. The clusters
 * are what routes of this policy name and the Envoy cannot have otherwise: those of copies, with what keeps them from
 * users, and those of services without a cluster of the user's own.
 */
export function buildFragment(
  policy: Policy,
  options: FragmentOptions,
): { readonly fragment: Fragment; readonly notes: readonly FragmentNote[] } {
  const setup: EnvoySetup = { ...setupOfVariant(options.variant), listener: 'own' };
  const source = configSource(setup);
  const fetching = (part: EnvoyJson) => (setup.streams === 'ads' ? part : overStreams(setup.streams, part));
  const clusters = [
    {
      cluster: xdsCluster(options.xdsAddress, options.tls),
      text: 'The control plane: routes, shares and the filter come from here.',
    },
    ...(options.capture
      ? [{ cluster: collectorCluster(options.capture), text: 'Takes captured answers, to be compared.' }]
      : []),
    ...placeServices(policy)
      .filter(({ isForCopies, service }) => isForCopies || service.cluster === undefined)
      .map((placed) => ({
        cluster: fetching(staticCluster(placed, policy)),
        text: purposeOf(placed),
      })),
  ];
  const strips = policy.listener.markers === 'strip';
  const fragment: Fragment = {
    bootstrap: {
      node: { metadata: metadataOf(setup)! },
      ...(setup.streams === 'ads' && {
        dynamic_resources: { ads_config: apiConfigSource(protocolOf(options.variant)) },
      }),
      static_resources: { clusters: clusters.map(({ cluster }) => cluster) },
      layered_runtime: { layers: [runtimeLayer(source)] },
      stats_flush_interval: duration(STATS_INTERVAL_MS),
      stats_sinks: [statsSink()],
      stats_config: { stats_tags: STATS_TAGS },
    },
    http_connection_manager: {
      rds: { route_config_name: ROUTE_CONFIGURATION, config_source: source },
      ...(strips && { early_header_mutation_extensions: [stripMarkers()] }),
      http_filters: [fetching(filterSlot(PRIMARY_FILTER))],
    },
  };
  const notes: FragmentNote[] = [
    { path: ['bootstrap'], text: 'Belongs into your bootstrap; add to the lists that are there already.' },
    {
      path: ['bootstrap', 'node'],
      text: 'Says that the listener is yours. id and cluster are up to you, but there have to be some; ids are unique.',
    },
    ...(setup.streams === 'ads'
      ? [
          {
            path: ['bootstrap', 'dynamic_resources'],
            text: 'An Envoy has one ADS. Where yours is taken, --variant streams-delta does without.',
          },
        ]
      : []),
    ...clusters.map(({ text }, index) => ({ path: ['bootstrap', 'static_resources', 'clusters', index], text })),
    {
      path: ['bootstrap', 'layered_runtime'],
      text: 'The shares. Without this layer nothing is mirrored. What stands behind it wins over it, so it goes last.',
    },
    {
      path: ['bootstrap', 'stats_flush_interval'],
      text: 'With the sink below: the control plane counts copies by what Envoy counts, and sees which clusters are there.',
    },
    {
      path: ['bootstrap', 'stats_config'],
      text: 'Turns names into labels in /stats/prometheus; nothing depends on it.',
    },
    { path: ['http_connection_manager'], text: 'Belongs into the HTTP connection manager of your listener.' },
    {
      path: ['http_connection_manager', 'rds'],
      text: 'Instead of your route_config; what else was in it goes to envoy.routes of the policy.',
    },
    ...(strips
      ? [
          {
            path: ['http_connection_manager', 'early_header_mutation_extensions'],
            text: 'markers: strip. Clients cannot send x-shadow headers, also when the filter is gone.',
          },
        ]
      : []),
    {
      path: ['http_connection_manager', 'http_filters'],
      text: 'The mirror filter: behind what may reject a request, in front of the router. Until it has come requests pass without copies.',
    },
  ];
  return { fragment, notes };
}

/** Without EDS: such an Envoy serves with what it starts with. */
function staticCluster(placed: PlacedService, policy: Policy): EnvoyJson {
  const cluster = clusterWithExtras(placed, policy);
  if (!hasOnlyIpAddresses(placed.service)) return cluster;
  const { eds_cluster_config: _, ...rest } = cluster;
  return { ...rest, type: 'STATIC', load_assignment: loadAssignment(placed.cluster, placed.service) };
}

function purposeOf({ cluster, service, isForCopies }: PlacedService): string {
  if (!isForCopies) {
    return `Users of ${service.name}, which has no cluster of yours in the policy (services.${service.name}.cluster).`;
  }
  return `Copies to ${service.name} (${cluster}). What keeps them from your users: a buffer that takes what is cut, a bound of requests, max_stream_duration, and the filter that cuts and captures.`;
}

/** What of a fragment has a name by which it is found again. A cluster of services' users stays: routes lead there. */
export function fragmentParts(policy: Policy) {
  const copies = placeServices({ ...policy, mirroring: 'on' }).filter(({ isForCopies }) => isForCopies);
  return {
    clusters: [XDS_CLUSTER, COLLECTOR_CLUSTER, ...copies.map(({ cluster }) => cluster)],
    layer: RUNTIME_LAYER,
    filter: PRIMARY_FILTER,
    extension: String(stripMarkers().name),
  };
}

/** A route configuration that leads where that of the policy does, and copies nothing. */
export function routesWithoutMirroring(policy: Policy): EnvoyJson {
  return buildRoutes({ ...policy, mirroring: 'off' });
}

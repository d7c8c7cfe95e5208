import type { Address, EnvoyJson, Policy, Service } from '../policy/model.ts';
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
import { SERVING } from './cluster.ts';
import { type PlacedService, placeServices } from './clusters.ts';
import { stripMarkers } from './connection-manager.ts';
import { hasOnlyIpAddresses, loadAssignment } from './endpoints.ts';
import { duration } from './envoy-json.ts';
import { apiConfigSource, configSource, type EnvoySetup, fetchedFrom, metadataOf } from './envoy-setup.ts';
import { clusterWithExtras } from './extras.ts';
import { filterSlot } from './filter-slot.ts';
import { type FragmentNote, notesOf } from './fragment-notes.ts';
import { COLLECTOR_CLUSTER, PRIMARY_FILTER, ROUTE_CONFIGURATION, RUNTIME_LAYER, XDS_CLUSTER } from './names.ts';
import { buildRoutes } from './routes.ts';
import { secretReferences, serviceOwner } from './secrets.ts';
import { STATS_TAGS } from './stats-tags.ts';
import { type ControlPlaneTls, upstreamTls } from './tls.ts';
import { clusterOnceFinished, movesUsers } from './users.ts';

export interface FragmentOptions {
  /** Where the control plane serves xDS. */
  readonly xdsAddress: Address;
  /** Mutual TLS to it; absent: plain text. */
  readonly tls?: ControlPlaneTls | undefined;
  readonly variant: BootstrapVariant;
  /** Where answers are taken to be compared; absent: nothing is captured. */
  readonly capture?: CaptureTarget | undefined;
  /** Clusters of copies, and the one for captured answers, come from the control plane, too. */
  readonly fetchClusters?: boolean | undefined;
}

/**
 * An Envoy that starts while no control plane answers waits so long for the shares, and again for the filter: it serves its
 * users without either. (Envoy's default of 15 s, one after the other, kept its listener shut for 45 s.)
 */
const STARTS_WITHOUT_AFTER_MS = 2_000;

/** What an Envoy with a listener of its own needs in its bootstrap, in the places where it belongs. */
export interface Fragment {
  /** Merged into the bootstrap: lists are added to, by name. */
  readonly bootstrap: EnvoyJson;
  /** Merged into the HTTP connection manager: `rds` instead of `route_config`, the filter in front of those it finds. */
  readonly http_connection_manager: EnvoyJson;
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
  const soon = { ...source, initial_fetch_timeout: duration(STARTS_WITHOUT_AFTER_MS) };
  const fetching = (part: EnvoyJson) => fetchedFrom(soon, part);
  const early = earlySource(protocolOf(options.variant));
  const clusters = [
    {
      cluster: xdsCluster(options.xdsAddress, options.tls),
      text: 'The control plane: routes, shares and the filter come from here.',
    },
    ...(options.capture && !options.fetchClusters
      ? [{ cluster: collectorCluster(options.capture, 'static'), text: 'Takes captured answers, to be compared.' }]
      : []),
    ...[...placeServices(policy), ...onceFinished(policy)]
      .filter(({ isForCopies, service }) => !options.fetchClusters && (isForCopies || service.cluster === undefined))
      .map((placed) => ({
        cluster: fetchedFrom(early, staticCluster(placed, policy, early)),
        text: purposeOf(placed),
      })),
  ];
  const strips = policy.listener.markers === 'strip';
  const fragment: Fragment = {
    bootstrap: {
      node: { metadata: metadataOf(setup)! },
      ...((setup.streams === 'ads' || options.fetchClusters) && {
        dynamic_resources: {
          ...(setup.streams === 'ads' && { ads_config: apiConfigSource(protocolOf(options.variant)) }),
          ...(options.fetchClusters && { cds_config: source }),
        },
      }),
      static_resources: { clusters: clusters.map(({ cluster }) => cluster) },
      layered_runtime: { layers: [runtimeLayer(soon)] },
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
  return {
    fragment,
    notes: notesOf(
      fragment,
      clusters.map(({ text }) => text),
    ),
  };
}

/** Where routes lead when a rollout is finished: the policy changes then, such an Envoy's clusters do not. */
function onceFinished(policy: Policy): PlacedService[] {
  return policy.mirrors.filter(movesUsers).flatMap((mirror) => {
    const service = policy.services.find(({ name }) => name === mirror.shadow)!;
    return { cluster: clusterOnceFinished(mirror), service, role: SERVING, isForCopies: false };
  });
}

/** Without EDS: such an Envoy serves with what it starts with. */
function staticCluster(placed: PlacedService, policy: Policy, source: EnvoyJson): EnvoyJson {
  const cluster = clusterWithExtras({ ...placed, transportSocket: staticTls(placed.service, source) }, policy);
  if (!hasOnlyIpAddresses(placed.service)) return cluster;
  const { eds_cluster_config: _, ...rest } = cluster;
  return { ...rest, type: 'STATIC', load_assignment: loadAssignment(placed.cluster, placed.service) };
}

/**
 * Where clusters of a bootstrap fetch from: an Envoy has no ADS yet when it takes them, and 1.40 crashes on one that asks
 * for it. So secrets and the filter of copies come over streams of their own.
 */
function earlySource(protocol: 'delta' | 'sotw'): EnvoyJson {
  return { ...configSource({ streams: protocol }), initial_fetch_timeout: duration(STARTS_WITHOUT_AFTER_MS) };
}

/** Files on Envoy's machine are read once, as all that it starts with. */
function staticTls(service: Service, source: EnvoyJson): EnvoyJson | undefined {
  const { tls } = service;
  if (!tls) return undefined;
  const isSecret = tls.caSecret !== undefined || (tls.clientCertificate && 'secret' in tls.clientCertificate);
  return upstreamTls(service, tls, isSecret ? secretReferences(serviceOwner(service.name), source) : undefined);
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

/**
 * A route configuration that leads where that of the policy does, and copies nothing. A candidate that users could be moved
 * to is in it no more: nobody moves them, and its cluster may go with us.
 */
export function routesWithoutMirroring(policy: Policy): EnvoyJson {
  const mirrors = policy.mirrors.map(({ rollout: _, users: __, ...mirror }) => mirror);
  return buildRoutes({ ...policy, mirrors, mirroring: 'off' });
}

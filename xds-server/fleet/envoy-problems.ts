import type { Policy } from '../policy/model.ts';
import { type EnvoySetup, type ExpectedCluster, SLOTS } from '../resources/index.ts';
import { CLUSTER, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME } from '../xds/index.ts';
import { type EnvoyCount, nameInStatistics } from './envoy-counts.ts';

/** Something that an Envoy lacks for the policy to hold there, and what to do about it. */
export interface EnvoyProblem {
  /** Stable, for scripts. */
  readonly code:
    | 'cluster-missing'
    | 'copies-filter-missing'
    | 'filter-missing'
    | 'isolation-missing'
    | 'listener-missing'
    | 'routes-missing'
    | 'runtime-layer-missing'
    | 'setup-unsaid'
    | 'statistics-missing';
  readonly message: string;
  readonly remedy: string;
}

/** What an Envoy shows of itself. */
export interface Seen {
  readonly setup: EnvoySetup;
  /** What it subscribes to, by type; a type that it does not ask for is not there. */
  readonly asks: ReadonlyMap<string, { readonly wildcard: boolean; readonly names: ReadonlySet<string> }>;
  /** Absent: it sends no statistics, or has not yet. */
  readonly counts: EnvoyCount | undefined;
}

const FRAGMENT = 'add it as "shadowplane envoy fragment" prints it';
/** So many copies leave no doubt that a filter would have seen one. */
const ENOUGH_COPIES = 20;

/**
 * What an Envoy is seen to lack for this policy. Only what can be known from what it asks for and what it counts: no news
 * here is not yet proof, `unseenOf` says of what.
 *
 * @param expected the clusters that an Envoy of this setup has to have
 */
export function envoyProblems(
  policy: Policy,
  expected: readonly ExpectedCluster[],
  { setup, asks, counts }: Seen,
): EnvoyProblem[] {
  const problems: EnvoyProblem[] = [];
  const problem = (code: EnvoyProblem['code'], message: string, remedy: string) =>
    problems.push({ code, message, remedy });
  const asksFor = (type: string, name: string) => {
    const asked = asks.get(type);
    return asked !== undefined && (asked.wildcard || asked.names.has(name));
  };

  const listens = asks.has(LISTENER);
  const routes = asksFor(ROUTE, SLOTS.routes);
  if (setup.listener === 'ours' && !listens) {
    if (routes) {
      problem(
        'setup-unsaid',
        'its listener is its own, but it does not say so: routes are made as if no other filter stood in it',
        'set node.metadata.shadowplane.listener to own in its bootstrap',
      );
    } else {
      problem(
        'listener-missing',
        'it asks for no listener and no routes, so nothing passes through here',
        'start it with the bootstrap that "shadowplane envoy bootstrap" prints, or, for a listener of its own, "shadowplane envoy fragment"',
      );
      return problems;
    }
  } else if (setup.listener === 'own' && !routes) {
    problem(
      'routes-missing',
      `no listener of its own takes the route configuration ${JSON.stringify(SLOTS.routes)}, so nothing is mirrored`,
      'put rds in place of route_config, as "shadowplane envoy fragment" prints it',
    );
  }

  const mirrors = policy.mirroring === 'on' && policy.mirrors.length > 0;
  if (mirrors && !asksFor(RUNTIME, SLOTS.layer)) {
    problem(
      'runtime-layer-missing',
      `it has no runtime layer ${JSON.stringify(SLOTS.layer)}, so every share is 0 and nothing is mirrored`,
      `${FRAGMENT}: layered_runtime`,
    );
  }
  // With a listener of ours the filters come along with it, and with the clusters.
  if (mirrors && setup.listener === 'own' && !asksFor(EXTENSION_CONFIG, SLOTS.filter)) {
    problem(
      'filter-missing',
      `no listener of its own has the filter ${JSON.stringify(SLOTS.filter)}, so nothing is mirrored`,
      `${FRAGMENT}: http_filters, in front of the router`,
    );
  }
  const fetchesClusters = asks.get(CLUSTER)?.wildcard === true;
  if (mirrors && !fetchesClusters && !asksFor(EXTENSION_CONFIG, SLOTS.copiesFilter)) {
    problem(
      'copies-filter-missing',
      `no cluster of copies has the filter ${JSON.stringify(SLOTS.copiesFilter)}: copies are not cut, so a shadow that stalls can hold back uploads of users, and their answers are not compared`,
      `${FRAGMENT}: the clusters of copies, whole`,
    );
  }
  if (!counts) return problems;

  for (const { name, copies } of expected) {
    if (!counts.clusters.has(nameInStatistics(name)) && !(fetchesClusters && copies)) {
      problem(
        'cluster-missing',
        copies
          ? `its statistics show no cluster ${JSON.stringify(name)}: copies of mirror ${copies.mirror} are dropped`
          : `its statistics show no cluster ${JSON.stringify(name)}, to which routes lead: users would get 503`,
        copies
          ? `${FRAGMENT}, or let it fetch its clusters (cds_config)`
          : 'add the cluster, or correct services.NAME.cluster (one with alt_stat_name is not seen)',
      );
      continue;
    }
    if (!copies || fetchesClusters) continue;
    const remaining = counts.remaining.get(name);
    if (remaining === undefined || remaining > copies.maxConcurrent) {
      problem(
        'isolation-missing',
        remaining === undefined
          ? `its cluster ${JSON.stringify(name)} shows no bound of requests: it is not the one that keeps copies from your users`
          : `its cluster ${JSON.stringify(name)} takes ${remaining} copies at a time or more, the policy says ${copies.maxConcurrent}`,
        `${FRAGMENT}: the cluster, whole`,
      );
    }
    const sent = counts.copies.get(name)?.sent ?? 0;
    const seen = counts.seenByFilter.get(`${copies.mirror}/${copies.role}`) ?? 0;
    if (sent >= ENOUGH_COPIES && seen === 0 && asksFor(EXTENSION_CONFIG, SLOTS.copiesFilter)) {
      problem(
        'copies-filter-missing',
        `its cluster ${JSON.stringify(name)} has sent ${sent} copies that the filter ${JSON.stringify(SLOTS.copiesFilter)} has not seen: they are not cut, and their answers are not compared`,
        `${FRAGMENT}: the cluster, whole`,
      );
    }
  }
  return problems;
}

export const STATISTICS_MISSING: EnvoyProblem = {
  code: 'statistics-missing',
  message: 'it sends no statistics, so neither the number of copies is known nor whether it has their clusters',
  remedy: `${FRAGMENT}: stats_sinks`,
};

/** What nobody can tell from here of such an Envoy. */
export function unseenOf({ setup, counts }: Pick<Seen, 'setup' | 'counts'>): string[] {
  return [
    ...(counts ? [] : ['which clusters it has']),
    ...(setup.listener === 'own'
      ? [
          'whether its listener strips client-sent markers, and which filters stand beside ours',
          'buffer limits and max_stream_duration of its clusters of copies',
        ]
      : []),
    'runtime layers behind ours, which would win over shares',
  ];
}

import type { EnvoyJson, Mirror } from '../policy/model.ts';
import { mirrorPolicies, type Reason } from './mirror-policy.ts';
import { clusterName, fractionKey, leftOutStats, plainRoute, sampleRoute, segmentRoute } from './names.ts';
import { copyBufferBytes } from './shadow-isolation.ts';

/** The route that takes a mirror's requests without copies. */
export function plainRouteOf(mirror: Mirror): EnvoyJson {
  return routeTo(plainRoute(mirror.name), pathMatch(mirror.path), primaryOf(mirror));
}

/**
 * The same for requests that this decision led to and the share left out. Envoy counts them apart: they are like those that
 * are copied in all but the copy, so they say what copying costs.
 */
export function leftOutRouteOf(mirror: Mirror, decision: string): EnvoyJson {
  return { ...plainRouteOf(mirror), stat_prefix: leftOutStats(decision) };
}

/**
 * The routes that copy: one for each segment and one for the sample, each under the decision that leads to it. A route
 * takes only the share that the runtime holds; the plain one, to the same primary, takes the others.
 */
export function copyingRoutesOf(mirror: Mirror): Map<string, EnvoyJson> {
  const bySegment = mirror.segments.map(({ name }) =>
    copyingRoute(mirror, segmentRoute(mirror.name, name), { reason: 'segment', segment: name }),
  );
  return new Map([...bySegment, copyingRoute(mirror, sampleRoute(mirror.name), { reason: 'sample' })]);
}

/**
 * A route that counts itself (`vhost.*.route.NAME.*`) and leaves the time a request may take to client and service:
 * Envoy's default of 15 s would fail slow ones.
 */
export function routeTo(name: string, match: EnvoyJson, cluster: string, mirroring: EnvoyJson = {}): EnvoyJson {
  return { name, match, stat_prefix: name, route: { cluster, timeout: '0s', ...mirroring } };
}

function copyingRoute(mirror: Mirror, name: string, why: Reason): [decision: string, EnvoyJson] {
  const match = {
    ...pathMatch(mirror.path),
    runtime_fraction: { default_value: { numerator: 0, denominator: 'MILLION' }, runtime_key: fractionKey(name) },
  };
  const route = {
    ...routeTo(name, match, primaryOf(mirror), { request_mirror_policies: mirrorPolicies(mirror, why) }),
    request_body_buffer_limit: copyBufferBytes(mirror.limits),
    metadata: { filter_metadata: { shadowplane: { mirror: mirror.name, ...why, copies: '' } } },
  };
  return [name, route];
}

function primaryOf(mirror: Mirror): string {
  return mirror.primaryCluster ?? clusterName(mirror.name, 'primary', mirror.primary);
}

/** This path and below it, by whole segments. */
function pathMatch(path: string): EnvoyJson {
  return path === '/' ? { prefix: '/' } : { path_separated_prefix: path };
}

import type { EnvoyJson, Mirror } from '../policy/model.ts';
import { mirrorPolicies, type Reason } from './mirror-policy.ts';
import { clusterName, DECISION_STATE, fractionKey, plainRoute, sampleRoute, segmentRoute } from './names.ts';

/**
 * The routes of one mirror, in the order Envoy must try them: one for each segment, one for the sample, then the plain
 * one. A mirror route matches only what the filter decided in filter state, which no client can forge and which is not
 * there when the filter is not, and then only the share that the runtime holds. All of them go to the same primary.
 */
export function routesOfMirror(mirror: Mirror): EnvoyJson[] {
  return [
    ...mirror.segments.map(({ name }) =>
      mirrorRoute(mirror, segmentRoute(mirror.name, name), { reason: 'segment', segment: name }),
    ),
    mirrorRoute(mirror, sampleRoute(mirror.name), { reason: 'sample' }),
    routeTo(plainRoute(mirror.name), pathMatch(mirror.path), primaryOf(mirror)),
  ];
}

/**
 * A route that counts itself (`vhost.*.route.NAME.*`) and leaves the time a request may take to client and service:
 * Envoy's default of 15 s would fail slow ones.
 */
export function routeTo(name: string, match: EnvoyJson, cluster: string, mirroring: EnvoyJson = {}): EnvoyJson {
  return { name, match, stat_prefix: name, route: { cluster, timeout: '0s', ...mirroring } };
}

function mirrorRoute(mirror: Mirror, name: string, why: Reason): EnvoyJson {
  const match = {
    ...pathMatch(mirror.path),
    filter_state: [{ key: DECISION_STATE, string_match: { exact: name } }],
    runtime_fraction: { default_value: { numerator: 0, denominator: 'MILLION' }, runtime_key: fractionKey(name) },
  };
  return {
    ...routeTo(name, match, primaryOf(mirror), { request_mirror_policies: mirrorPolicies(mirror, why) }),
    metadata: { filter_metadata: { shadowplane: { mirror: mirror.name, ...why } } },
  };
}

function primaryOf(mirror: Mirror): string {
  return clusterName(mirror.name, 'primary', mirror.primary);
}

/** This path and below it, by whole segments. */
function pathMatch(path: string): EnvoyJson {
  return path === '/' ? { prefix: '/' } : { path_separated_prefix: path };
}

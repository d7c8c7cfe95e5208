import type { EnvoyJson, Mirror } from '../policy/model.ts';
import { onMethods } from './method-match.ts';
import { type Answering, mirrorPolicies, type Reason } from './mirror-policy.ts';
import {
  candidateRoute,
  clusterName,
  fractionKey,
  leftOutStats,
  plainCandidateRoute,
  plainRoute,
  restKey,
  restStats,
  sampleRoute,
  segmentRoute,
  usersStats,
} from './names.ts';
import { copyBufferBytes } from './shadow-isolation.ts';
import { backMethodsOf, candidateCluster, movesUsers } from './users.ts';

/** The route that takes a mirror's requests without copies. */
function plainRouteOf(mirror: Mirror): EnvoyJson {
  return routeTo(plainRoute(mirror.name), pathMatch(mirror.path), primaryOf(mirror));
}

/** The same where the candidate answers. */
function plainCandidateRouteOf(mirror: Mirror): EnvoyJson {
  return routeTo(plainCandidateRoute(mirror.name), pathMatch(mirror.path), candidateCluster(mirror));
}

/** What takes requests that nothing was decided on: they leave the primary when all others have. */
export function undecidedRoutesOf(mirror: Mirror): EnvoyJson[] {
  const plain = plainRouteOf(mirror);
  if (!movesUsers(mirror)) return [plain];
  const match = { ...pathMatch(mirror.path), runtime_fraction: share(restKey(mirror.name, mirror.shadow)) };
  return [{ ...plainCandidateRouteOf(mirror), match, stat_prefix: restStats(mirror.name) }, plain];
}

/**
 * The same for requests that this decision led to and the share left out. Envoy counts them apart: they are like those that
 * are copied in all but the copy, so they say what copying costs.
 */
function leftOutRouteOf(mirror: Mirror, decision: string): EnvoyJson {
  return { ...plainRouteOf(mirror), stat_prefix: leftOutStats(decision) };
}

/** Every decision that leads to copies, and why it was made. */
export function decisionsOf(mirror: Mirror): Map<string, Reason> {
  const bySegment = mirror.segments.map(({ name }): [string, Reason] => [
    segmentRoute(mirror.name, name),
    { reason: 'segment', segment: name },
  ]);
  return new Map([...bySegment, [sampleRoute(mirror.name), { reason: 'sample' }]]);
}

/**
 * The routes of a decision: the one that copies takes only the share that the runtime holds; the plain one, to the same
 * primary, takes the others.
 */
export function routesOfPrimary(mirror: Mirror, decision: string, why: Reason): EnvoyJson[] {
  return [copyingRoute(mirror, decision, why, 'primary'), leftOutRouteOf(mirror, decision)];
}

/**
 * The same where the candidate answers, with copies that go back. The share of copies is the same; requests that may change
 * something are copied only if the primary keeps its hands off.
 */
export function routesOfCandidate(mirror: Mirror, decision: string, why: Reason): EnvoyJson[] {
  const leftOut = { ...plainCandidateRouteOf(mirror), stat_prefix: leftOutStats(candidateRoute(decision)) };
  return backMethodsOf(mirror).length === 0 ? [leftOut] : [copyingRoute(mirror, decision, why, 'candidate'), leftOut];
}

/** Routes of requests with that audience which are not to be copied, by who answers. */
export function routesOfUsers(mirror: Mirror, decision: string): Record<Answering, EnvoyJson> {
  return {
    primary: { ...plainRouteOf(mirror), stat_prefix: usersStats(decision, 'primary') },
    candidate: { ...plainCandidateRouteOf(mirror), stat_prefix: usersStats(decision, 'candidate') },
  };
}

/**
 * A route that counts itself (`vhost.*.route.NAME.*`) and leaves the time a request may take to client and service:
 * Envoy's default of 15 s would fail slow ones.
 */
export function routeTo(name: string, match: EnvoyJson, cluster: string, mirroring: EnvoyJson = {}): EnvoyJson {
  return { name, match, stat_prefix: name, route: { cluster, timeout: '0s', ...mirroring } };
}

function copyingRoute(mirror: Mirror, decision: string, why: Reason, answering: Answering): EnvoyJson {
  const [name, cluster, copies] =
    answering === 'primary'
      ? [decision, primaryOf(mirror), '']
      : [candidateRoute(decision), candidateCluster(mirror), 'back'];
  const match = {
    ...pathMatch(mirror.path),
    ...(answering === 'candidate' && onBackMethods(mirror)),
    runtime_fraction: share(fractionKey(decision)),
  };
  return {
    ...routeTo(name, match, cluster, { request_mirror_policies: mirrorPolicies(mirror, why, answering) }),
    request_body_buffer_limit: copyBufferBytes(mirror.limits),
    // By `copies` the filter tells whose answer it captures.
    metadata: { filter_metadata: { shadowplane: { mirror: mirror.name, ...why, copies } } },
  };
}

/** Nothing where all that is copied may go back: the filter has looked at the method. */
function onBackMethods(mirror: Mirror): EnvoyJson {
  const back = backMethodsOf(mirror);
  return mirror.methods.every((method) => back.includes(method)) ? {} : onMethods(back);
}

/** Nobody until the runtime says otherwise. */
function share(runtimeKey: string): EnvoyJson {
  return { default_value: { numerator: 0, denominator: 'MILLION' }, runtime_key: runtimeKey };
}

function primaryOf(mirror: Mirror): string {
  return mirror.primaryCluster ?? clusterName(mirror.name, 'primary', mirror.primary);
}

/** This path and below it, by whole segments. */
function pathMatch(path: string): EnvoyJson {
  return path === '/' ? { prefix: '/' } : { path_separated_prefix: path };
}

import { EVERYONE } from '../../rollout/index.ts';
import { DEFAULTS } from '../policy/defaults.ts';
import type { Mirror } from '../policy/model.ts';
import { ALL, NONE, type PerMillion } from '../policy/percent.ts';
import { clusterName, restKey, sampleRoute, segmentRoute, usersKey } from './names.ts';

/**
 * Whether users may be moved to the shadow. Envoys then have routes, clusters and the filter's setting for it all the
 * time, so that moving them is a change of runtime alone.
 */
export function movesUsers({ rollout }: Mirror): boolean {
  return rollout !== undefined && rollout.canary.length > 0;
}

/** Where requests go that the shadow answers: with nothing of what holds back copies. */
export function candidateCluster({ name, shadow, shadowCluster }: Mirror): string {
  return shadowCluster ?? clusterName(name, 'users', shadow);
}

/** Where the users of the shadow's version go once a rollout is finished and it is the primary. */
export function clusterOnceFinished({ name, shadow, shadowCluster }: Mirror): string {
  return shadowCluster ?? clusterName(name, 'primary', shadow);
}

/** Methods of the requests that the primary gets a copy of when the shadow has answered them. */
export function backMethodsOf({ methods, backMethods }: Mirror): readonly string[] {
  const safe: readonly string[] = DEFAULTS.safeMethods;
  return backMethods ?? methods.filter((method) => safe.includes(method));
}

/**
 * The shares of users by their runtime key, of a mirror that may move any. Everyone's share holds for segments, too. What
 * has no decision, because the filter is not there, stays with the primary until the shadow answers all. After the end of
 * a rollout, shares of what was the shadow and is the primary now are kept for routes that an Envoy may still have.
 */
export function usersShares(mirror: Mirror): Record<string, PerMillion> {
  const { name, primary, shadow, rollout, segments, users } = mirror;
  if (!movesUsers(mirror) && (rollout !== undefined || users === undefined)) return {};
  const candidate = rollout === undefined ? primary : shadow;
  const everyone = users?.[EVERYONE] ?? NONE;
  return Object.fromEntries([
    ...segments.map(({ name: segment }): [string, PerMillion] => [
      usersKey(segmentRoute(name, segment), candidate),
      Math.max(users?.[segment] ?? NONE, everyone) as PerMillion,
    ]),
    [usersKey(sampleRoute(name), candidate), everyone],
    [restKey(name, candidate), everyone === ALL ? ALL : NONE],
  ]);
}

import type { EnvoyJson, Mirror, Policy } from '../policy/model.ts';
import { ALL, NONE, type PerMillion } from '../policy/percent.ts';
import { fractionKey, RUNTIME_LAYER, sampleRoute, segmentRoute } from './names.ts';
import { usersShares } from './users.ts';

/**
 * The one runtime layer: the share of every mirror route, and of users where any may be moved, so that changing a share
 * touches neither listener nor routes. Nothing is ever left out: a share of 0 and a paused mirror are published as 0,
 * because a missing key would fall back to the route's default only after Envoy had dropped the old value. A pause holds
 * back copies, never users.
 */
export function buildRuntime({ mirrors, mirroring }: Pick<Policy, 'mirrors' | 'mirroring'>): EnvoyJson {
  const copies = mirrors
    .map((mirror) => (mirroring === 'off' ? { ...mirror, paused: true } : mirror))
    .flatMap(sharesOf)
    .map(([route, share]): [string, PerMillion] => [fractionKey(route), share]);
  const users = mirrors.flatMap((mirror) => Object.entries(usersShares(mirror)));
  const layer = Object.fromEntries([...copies, ...users].map(([key, share]) => [key, fraction(share)]));
  return { name: RUNTIME_LAYER, layer };
}

/** The share of each mirror route. A sticky mirror's shares are decided in the filter; its routes take what comes. */
function sharesOf(mirror: Mirror): Array<[route: string, share: PerMillion]> {
  const effective = (share: PerMillion) => (mirror.paused ? NONE : mirror.sticky ? ALL : share);
  return [
    ...mirror.segments.map((segment): [string, PerMillion] => [
      segmentRoute(mirror.name, segment.name),
      effective(segment.share),
    ]),
    [sampleRoute(mirror.name), effective(mirror.sample)],
  ];
}

function fraction(numerator: number): EnvoyJson {
  return { numerator, denominator: 'MILLION' };
}

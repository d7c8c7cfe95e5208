import type { EnvoyJson, Mirror } from '../policy/model.ts';
import { typed } from './envoy-json.ts';
import { decisionsOf, routesOfCandidate, routesOfPrimary, routesOfUsers, undecidedRoutesOf } from './mirror-route.ts';
import { EXCHANGE_ID_STATE, exchangeIdPrefix, usersDecision } from './names.ts';
import { bySide, filterState } from './side-matcher.ts';
import { movesUsers } from './users.ts';

/** What surrounds the routes of the mirrors in every list. */
export interface Surroundings {
  /** The user's own routes: what they take is not copied. */
  readonly first: readonly EnvoyJson[];
  readonly last: readonly EnvoyJson[];
  /** A filter behind ours may change path or host after the decision: then any plain route may be the right one. */
  readonly changesAfterDecision: boolean;
}

/**
 * Where a virtual host finds its route: Envoy looks up in a map what the id of the exchange begins with, the decision, so that neither the number of mirrors nor
 * that of segments costs anything, and tries only the routes listed there. Decisions are filter state, which no client
 * can forge and which is not there when the filter is not; without one only plain routes are tried. `mirrors` are in the
 * order in which the filter asks them.
 */
export function routeTable(mirrors: readonly Mirror[], { first, last, changesAfterDecision }: Surroundings): EnvoyJson {
  const plain = mirrors.map(undecidedRoutesOf);
  const undecided = [...first, ...plain.flat(), ...last];
  // An empty map is refused by Envoy.
  if (mirrors.length === 0) return { routes: undecided };
  const lists = mirrors.flatMap((mirror, index) => {
    const [before, after] = changesAfterDecision
      ? [plain.slice(0, index).flat(), plain.slice(index + 1).flat()]
      : [[], []];
    const around = (routes: readonly EnvoyJson[]) => routeList([...first, ...before, ...routes, ...after, ...last]);
    return [...decisionsOf(mirror)].flatMap(([decision, why]): Array<[string, EnvoyJson]> => {
      const copied = exchangeIdPrefix(decision);
      const primary = around(routesOfPrimary(mirror, decision, why));
      if (!movesUsers(mirror)) return [[copied, primary]];
      const users = routesOfUsers(mirror, decision);
      return [
        [copied, bySide(mirror, decision, { primary, candidate: around(routesOfCandidate(mirror, decision, why)) })],
        [
          exchangeIdPrefix(usersDecision(decision)),
          bySide(mirror, decision, { primary: around([users.primary]), candidate: around([users.candidate]) }),
        ],
      ];
    });
  });
  return {
    matcher: {
      matcher_tree: { input: filterState(EXCHANGE_ID_STATE), prefix_match_map: { map: Object.fromEntries(lists) } },
      on_no_match: routeList(undecided),
    },
  };
}

/** The table of a virtual host that copies nothing. */
export function plainRoutes(mirrors: readonly Mirror[], { first, last }: Surroundings): EnvoyJson {
  return { routes: [...first, ...mirrors.flatMap(undecidedRoutesOf), ...last] };
}

/** The first of the routes that matches is taken. */
function routeList(routes: readonly EnvoyJson[]): EnvoyJson {
  return { action: { name: 'routes', typed_config: typed('envoy.config.route.v3.RouteList', { routes }) } };
}

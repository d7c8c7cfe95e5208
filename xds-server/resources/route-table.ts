import type { EnvoyJson, Mirror } from '../policy/model.ts';
import { typed } from './envoy-json.ts';
import { copyingRoutesOf, leftOutRouteOf, plainRouteOf } from './mirror-route.ts';
import { EXCHANGE_ID_STATE, exchangeIdPrefix } from './names.ts';

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
  const plain = mirrors.map(plainRouteOf);
  const undecided = [...first, ...plain, ...last];
  // An empty map is refused by Envoy.
  if (mirrors.length === 0) return { routes: undecided };
  const lists = mirrors.flatMap((mirror, index) => {
    const [before, after] = changesAfterDecision ? [plain.slice(0, index), plain.slice(index + 1)] : [[], []];
    return [...copyingRoutesOf(mirror)].map(([decision, route]): [string, EnvoyJson] => [
      exchangeIdPrefix(decision),
      routeList([...first, ...before, route, leftOutRouteOf(mirror, decision), ...after, ...last]),
    ]);
  });
  return {
    matcher: {
      matcher_tree: { input: EXCHANGE_ID, prefix_match_map: { map: Object.fromEntries(lists) } },
      on_no_match: routeList(undecided),
    },
  };
}

/** The table of a virtual host that copies nothing. */
export function plainRoutes(mirrors: readonly Mirror[], { first, last }: Surroundings): EnvoyJson {
  return { routes: [...first, ...mirrors.map(plainRouteOf), ...last] };
}

const EXCHANGE_ID: EnvoyJson = {
  name: 'exchange-id',
  typed_config: typed('envoy.extensions.matching.common_inputs.network.v3.FilterStateInput', {
    key: EXCHANGE_ID_STATE,
  }),
};

/** The first of the routes that matches is taken. */
function routeList(routes: readonly EnvoyJson[]): EnvoyJson {
  return { action: { name: 'routes', typed_config: typed('envoy.config.route.v3.RouteList', { routes }) } };
}

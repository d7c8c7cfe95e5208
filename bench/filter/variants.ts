import { readFileSync } from 'node:fs';
import type { EnvoyJson } from '../../xds-server/policy/model.ts';
import type { FilterConfig, FilterMirror } from '../../xds-server/resources/filter-config.ts';
import {
  clusterName,
  DEFAULT_ROUTE,
  EXCHANGE_ID_STATE,
  exchangeIdPrefix,
  fractionKey,
  MARKERS,
  plainRoute,
  sampleRoute,
  segmentRoute,
} from '../../xds-server/resources/names.ts';
import type { LoadRequest } from '../support/index.ts';

/**
 * What is measured against what. Every variant is a listener with a filter (or none), a route table, the request that
 * is sent to it and the route that this request must take; a run that took another one is no measurement.
 */
export interface Variant {
  readonly name: string;
  readonly label: string;
  /** Which filter stands in front of the router. */
  readonly filter: 'none' | 'empty' | 'lua' | FilterConfig;
  /** The part of the virtual host that leads to a route: `routes`, or `matcher`. */
  readonly table: EnvoyJson;
  readonly request: LoadRequest;
  readonly expectedRoute: string;
  /** Requests are also copied to the shadow cluster. */
  readonly mirrored: boolean;
}

/** The module that does nothing: differences are taken against it. */
export const BASELINE = 'empty';
export const PLAIN = 'plain';
/** The same as PLAIN once more: what the method itself sees where there is nothing to see. */
export const PLAIN_AGAIN = 'plain-again';

const MIRROR = 'orders';
export const PRIMARY_CLUSTER = clusterName(MIRROR, 'primary', 'order-v1');
export const SHADOW_CLUSTER = clusterName(MIRROR, 'candidate', 'order-v2');
export const LUA_SCRIPT: string = readFileSync(new URL('./select.lua', import.meta.url), 'utf8');
/** Namespace and key under which `select.lua` leaves its decision. */
const LUA_DECISION = { filter: 'shadowplane', path: [{ key: 'decision' }] };

/** The three segments of the mirror, with what says the same to Envoy's own header matchers. */
const SEGMENTS = [
  {
    name: 'employees',
    when: { header: 'x-user-group', equals: 'employees' },
    native: { name: 'x-user-group', string_match: { exact: 'employees' } },
  },
  {
    name: 'beta',
    when: { cookie: 'plan', equals: 'beta' },
    native: { name: 'cookie', string_match: { contains: 'plan=beta' } },
  },
  {
    name: 'eu',
    when: { header: 'x-region', prefix: 'eu-' },
    native: { name: 'x-region', string_match: { prefix: 'eu-' } },
  },
] as const;
const THIRD = segmentRoute(MIRROR, SEGMENTS[2].name);

const MIRROR_CONFIG: FilterMirror = {
  name: MIRROR,
  path: '/api/orders',
  methods: ['GET', 'HEAD', 'OPTIONS'],
  maxBodyBytes: 8 * 2 ** 20,
  segments: SEGMENTS.map(({ name, when }) => ({ name, when })),
};
const WITHOUT_SAMPLE: FilterConfig = { role: 'primary', mirrors: [MIRROR_CONFIG] };
const WITH_SAMPLE: FilterConfig = { role: 'primary', mirrors: [{ ...MIRROR_CONFIG, sample: {} }] };

/** Requests of one length, so that only the decision about them differs. */
function request(path: string, region: 'us-west-1' | 'eu-west-1'): LoadRequest {
  return {
    path,
    headers: [
      ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36'],
      ['accept', 'application/json'],
      ['accept-language', 'en-GB,en;q=0.8'],
      ['x-user-group', 'customers'],
      ['cookie', 'session=7f3c9a51d0e84b62; plan=free; theme=dark'],
      ['x-region', region],
    ],
  };
}

const NO_SEGMENT = request('/api/orders/4711', 'us-west-1');
const THIRD_SEGMENT = request('/api/orders/4711', 'eu-west-1');
const OTHER_PATH = request('/api/basket/4711', 'us-west-1');

const BELOW = { path_separated_prefix: MIRROR_CONFIG.path };

function route(name: string, match: EnvoyJson, action: EnvoyJson = {}): EnvoyJson {
  return { name, stat_prefix: name, match, route: { cluster: PRIMARY_CLUSTER, ...action } };
}

function fraction(name: string): EnvoyJson {
  return { default_value: { numerator: 0, denominator: 'MILLION' }, runtime_key: fractionKey(name) };
}

const TYPE = 'type.googleapis.com/envoy.';

const PLAIN_ROUTES = [route(plainRoute(MIRROR), BELOW), route(DEFAULT_ROUTE, { prefix: '/' })];
const PLAIN_TABLE: EnvoyJson = { routes: PLAIN_ROUTES };
const MIRROR_ROUTES = [...SEGMENTS.map(({ name }) => segmentRoute(MIRROR, name)), sampleRoute(MIRROR)];

/** As the control plane writes it: a map from decisions to routes, and the plain routes for what has none. */
function decisionTable(action: (name: string) => EnvoyJson): EnvoyJson {
  const lists = MIRROR_ROUTES.map((name) => {
    const copying = route(name, { ...BELOW, runtime_fraction: fraction(name) }, action(name));
    return [exchangeIdPrefix(name), routeList([copying, ...PLAIN_ROUTES])];
  });
  const input = {
    '@type': `${TYPE}extensions.matching.common_inputs.network.v3.FilterStateInput`,
    key: EXCHANGE_ID_STATE,
  };
  return {
    matcher: {
      matcher_tree: {
        input: { name: 'exchange-id', typed_config: input },
        prefix_match_map: { map: Object.fromEntries(lists) },
      },
      on_no_match: routeList(PLAIN_ROUTES),
    },
  };
}

function routeList(routes: readonly EnvoyJson[]): EnvoyJson {
  return { action: { name: 'routes', typed_config: { '@type': `${TYPE}config.route.v3.RouteList`, routes } } };
}

/** As in production, but no copies are sent: what remains is the cost of the selection. */
const SELECTION_TABLE = decisionTable(() => ({}));
const COPYING_TABLE = decisionTable(copyTo);
const NATIVE_TABLE: EnvoyJson = {
  routes: [
    ...SEGMENTS.map(({ name: segment, native }) => {
      const name = segmentRoute(MIRROR, segment);
      return route(name, { ...BELOW, headers: [native], runtime_fraction: fraction(name) });
    }),
    ...PLAIN_ROUTES,
  ],
};
const LUA_TABLE: EnvoyJson = {
  routes: [
    ...SEGMENTS.map(({ name: segment }) => {
      const name = segmentRoute(MIRROR, segment);
      const decision = { ...LUA_DECISION, value: { string_match: { exact: name } } };
      return route(name, { ...BELOW, dynamic_metadata: [decision], runtime_fraction: fraction(name) });
    }),
    ...PLAIN_ROUTES,
  ],
};

function copyTo(routeName: string): EnvoyJson {
  const [, reason = '', segment] = routeName.split('/');
  const marker = (key: string, value: string) => ({
    append: { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
  });
  return {
    request_mirror_policies: [
      {
        cluster: SHADOW_CLUSTER,
        disable_shadow_host_suffix_append: true,
        request_headers_mutations: [
          marker(MARKERS.shadow, 'true'),
          marker(MARKERS.mirror, MIRROR),
          marker(MARKERS.reason, reason),
          ...(segment ? [marker(MARKERS.segment, segment)] : []),
          marker(MARKERS.role, 'candidate'),
          marker(MARKERS.id, `%FILTER_STATE(${EXCHANGE_ID_STATE}:PLAIN)%`),
        ],
      },
    ],
  };
}

function variant(
  name: string,
  label: string,
  filter: Variant['filter'],
  table: EnvoyJson,
  [request, expectedRoute, mirrored = false]: readonly [LoadRequest, string, boolean?],
): Variant {
  return { name, label, filter, table, request, expectedRoute, mirrored };
}

export const VARIANTS: readonly Variant[] = [
  variant(PLAIN, 'plain proxying', 'none', PLAIN_TABLE, [NO_SEGMENT, plainRoute(MIRROR)]),
  variant(PLAIN_AGAIN, 'plain proxying again (A/A)', 'none', PLAIN_TABLE, [NO_SEGMENT, plainRoute(MIRROR)]),
  variant(BASELINE, 'empty wasm module', 'empty', PLAIN_TABLE, [NO_SEGMENT, plainRoute(MIRROR)]),
  variant('empty-routes', "empty module, the mirror's routes", 'empty', SELECTION_TABLE, [
    NO_SEGMENT,
    plainRoute(MIRROR),
  ]),
  variant('path', 'filter, path of no mirror', WITHOUT_SAMPLE, SELECTION_TABLE, [OTHER_PATH, DEFAULT_ROUTE]),
  variant('none', 'filter, in no segment', WITHOUT_SAMPLE, SELECTION_TABLE, [NO_SEGMENT, plainRoute(MIRROR)]),
  variant('third', 'filter, in the third segment', WITHOUT_SAMPLE, SELECTION_TABLE, [THIRD_SEGMENT, THIRD]),
  variant('sample', 'filter, in the sample', WITH_SAMPLE, SELECTION_TABLE, [NO_SEGMENT, sampleRoute(MIRROR)]),
  variant('native-none', 'native matchers, none matches', 'none', NATIVE_TABLE, [NO_SEGMENT, plainRoute(MIRROR)]),
  variant('native-third', 'native matchers, third matches', 'none', NATIVE_TABLE, [THIRD_SEGMENT, THIRD]),
  variant('lua-none', 'Lua, in no segment', 'lua', LUA_TABLE, [NO_SEGMENT, plainRoute(MIRROR)]),
  variant('lua-third', 'Lua, in the third segment', 'lua', LUA_TABLE, [THIRD_SEGMENT, THIRD]),
  variant('copy', 'filter, third segment, copied', WITHOUT_SAMPLE, COPYING_TABLE, [THIRD_SEGMENT, THIRD, true]),
];

/** Fractions as RTDS serves them: every decided request takes its route. */
export const RUNTIME: EnvoyJson = Object.fromEntries(
  MIRROR_ROUTES.map((name) => [fractionKey(name), { numerator: 1_000_000, denominator: 'MILLION' }]),
);

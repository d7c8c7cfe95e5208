import { describe, expect, it } from 'vitest';
import type { EnvoyJson } from '../policy/model.ts';
import { buildRoutes } from './routes.ts';
import { at, policyOf } from './testing.ts';

function set(key: string, value: string): EnvoyJson {
  return { append: { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } };
}

const KEEP_FORWARDED_FOR = [
  { remove: 'x-shadow-forwarded-for' },
  set('x-shadow-forwarded-for', '%REQ(x-forwarded-for)%'),
];

const TYPE = 'type.googleapis.com/';

function routeList(routes: unknown[]): EnvoyJson {
  return { action: { name: 'routes', typed_config: { '@type': `${TYPE}envoy.config.route.v3.RouteList`, routes } } };
}

const UNDECIDED = ['matcher', 'on_no_match', 'action', 'typed_config', 'routes'] as const;

/** Names of the routes that a request without decision may take, in order, by virtual host. */
function routeNames(yaml: string): Record<string, unknown[]> {
  const hosts = buildRoutes(policyOf(yaml)).virtual_hosts as EnvoyJson[];
  return Object.fromEntries(hosts.map((host) => [String(host.domains), names(host.routes ?? at(host, ...UNDECIDED))]));
}

/** Names of the routes that a request may take, by decision. */
function routesByDecision(yaml: string, host = 0): Record<string, unknown[]> {
  const map = at(
    buildRoutes(policyOf(yaml)),
    ...['virtual_hosts', host, 'matcher', 'matcher_tree', 'prefix_match_map', 'map'],
  ) as EnvoyJson;
  return Object.fromEntries(
    Object.entries(map).map(([decision, list]) => [
      decision.replace(/\/$/, ''),
      names(at(list, 'action', 'typed_config', 'routes')),
    ]),
  );
}

function names(routes: unknown): unknown[] {
  return (routes as EnvoyJson[]).map(({ name }) => name);
}

describe('the route configuration', () => {
  it('leads each decision to its copying route, then to the plain one and the default', () => {
    const policy = policyOf(`
default: c
segments: { staff: { header: x-staff, present: true } }
mirrors:
  orders:
    match: { path: /api/orders }
    primary: a
    shadow: b
    control: c
    segments: { staff: 100% }
    sample: 5%
    headers: { set: { x-rate: 5% }, remove: [authorization] }`);
    const mirrored = (name: string, why: EnvoyJson, copies: EnvoyJson[]) => ({
      name,
      match: {
        path_separated_prefix: '/api/orders',
        runtime_fraction: {
          default_value: { numerator: 0, denominator: 'MILLION' },
          runtime_key: `shadowplane.${name.replaceAll('/', '.')}`,
        },
      },
      stat_prefix: name,
      route: { cluster: 'orders/primary/a', timeout: '0s', request_mirror_policies: copies },
      // A copy that waits for a connection is held, and cut, before it holds back the client.
      request_body_buffer_limit: 16 * 1024 * 1024,
      metadata: { filter_metadata: { shadowplane: { mirror: 'orders', ...why, copies: '' } } },
    });
    const copy = (role: string, service: string, why: EnvoyJson[]) => ({
      cluster: `orders/${role}/${service}`,
      disable_shadow_host_suffix_append: true,
      request_headers_mutations: [
        { remove: 'authorization' },
        set('x-rate', '5%%'),
        ...KEEP_FORWARDED_FOR,
        set('x-shadow', 'true'),
        set('x-shadow-mirror', 'orders'),
        ...why,
        set('x-shadow-role', role),
        set('x-shadow-id', '%FILTER_STATE(wasm.shadowplane.id:PLAIN)%'),
      ],
    });
    const bySegment = [set('x-shadow-reason', 'segment'), set('x-shadow-segment', 'staff')];
    const bySample = [set('x-shadow-reason', 'sample'), { remove: 'x-shadow-segment' }];
    const plain = [
      {
        name: 'orders',
        match: { path_separated_prefix: '/api/orders' },
        stat_prefix: 'orders',
        route: { cluster: 'orders/primary/a', timeout: '0s' },
      },
      {
        name: 'default',
        match: { prefix: '/' },
        stat_prefix: 'default',
        route: { cluster: 'default/c', timeout: '0s' },
        typed_per_filter_config: {
          'shadowplane.primary': { '@type': `${TYPE}envoy.config.route.v3.FilterConfig`, disabled: true },
        },
      },
    ];
    // Counted apart: they are like those that are copied in all but the copy.
    const leftOut = (decision: string) => [{ ...plain[0], stat_prefix: `${decision}/left-out` }, plain[1]];
    const segment = mirrored('orders/segment/staff', { reason: 'segment', segment: 'staff' }, [
      copy('candidate', 'b', bySegment),
      copy('control', 'c', bySegment),
    ]);
    const sample = mirrored('orders/sample', { reason: 'sample' }, [
      copy('candidate', 'b', bySample),
      copy('control', 'c', bySample),
    ]);
    expect(buildRoutes(policy)).toEqual({
      name: 'shadowplane',
      ignore_port_in_host_matching: true,
      virtual_hosts: [
        {
          name: 'any',
          domains: ['*'],
          matcher: {
            matcher_tree: {
              input: {
                name: 'exchange-id',
                typed_config: {
                  '@type': `${TYPE}envoy.extensions.matching.common_inputs.network.v3.FilterStateInput`,
                  key: 'wasm.shadowplane.id',
                },
              },
              prefix_match_map: {
                map: {
                  'orders/segment/staff/': routeList([segment, ...leftOut('orders/segment/staff')]),
                  'orders/sample/': routeList([sample, ...leftOut('orders/sample')]),
                },
              },
            },
            on_no_match: routeList(plain),
          },
        },
      ],
    });
  });

  it('matches every path for the path /', () => {
    const routes = buildRoutes(policyOf('mirrors: { all: { match: { path: / }, primary: a, shadow: b } }'));
    expect(at(routes, 'virtual_hosts', 0, ...UNDECIDED, 0, 'match')).toEqual({ prefix: '/' });
  });

  it('has no default route without a default service', () => {
    expect(routeNames('mirrors: {}')).toEqual({ '*': [] });
  });

  it('lets the default service by our filter only while no filter in front of it may change the request', () => {
    const yaml = `default: a
envoy:
  httpFilters:
    PLACE: [{ name: health, typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer } }]
mirrors: {}`;
    const defaultRoute = (place: string) =>
      at(buildRoutes(policyOf(yaml.replace('PLACE', place))), 'virtual_hosts', 0, 'routes', 0);
    expect(defaultRoute('after')).toHaveProperty('typed_per_filter_config');
    expect(defaultRoute('before')).not.toHaveProperty('typed_per_filter_config');
  });

  it('asks the most specific host first, then the longest path', () => {
    const mirror = (name: string, path: string, host: string) =>
      `  ${name}: { match: { path: ${path} }, host: ${host}, primary: a, shadow: b }`;
    const order = routeNames(`mirrors:
  any-long: { match: { path: /api/orders }, primary: a, shadow: b }
${mirror('wide', '/api', '"*.example"')}
${mirror('narrow', '/', '"*.shop.example"')}
${mirror('exact', '/', '[www.shop.example, other.test, not-example]')}
${mirror('exact-long', '/api/orders/new', 'www.shop.example')}`);
    expect(order).toEqual({
      '*.example': ['wide', 'any-long'],
      '*.shop.example': ['narrow', 'wide', 'any-long'],
      'not-example': ['exact', 'any-long'],
      'other.test': ['exact', 'any-long'],
      'www.shop.example': ['exact-long', 'exact', 'narrow', 'wide', 'any-long'],
      '*': ['any-long'],
    });
  });

  it('puts the routes of users in front, in every virtual host and for every decision', () => {
    const yaml = `default: a
envoy:
  routes: [{ name: health, match: { path: /health }, direct_response: { status: 200 } }]
segments: { staff: { header: x-staff, present: true } }
mirrors:
  orders: { match: { path: /o }, host: shop.example, primary: a, shadow: b, segments: { staff: 5% } }`;
    expect(routeNames(yaml)).toEqual({
      'shop.example': ['health', 'orders', 'default'],
      '*': ['health', 'default'],
    });
    expect(routesByDecision(yaml)).toEqual({
      'orders/segment/staff': ['health', 'orders/segment/staff', 'orders', 'default'],
      'orders/sample': ['health', 'orders/sample', 'orders', 'default'],
    });
  });

  it('lets a decided request take the route of any mirror where a filter behind ours may have changed it', () => {
    const yaml = `default: a
envoy:
  httpFilters:
    PLACE: [{ name: own, typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer } }]
mirrors:
  long: { match: { path: /api/orders }, primary: a, shadow: b }
  middle: { match: { path: /api }, primary: a, shadow: b }
  short: { match: { path: / }, primary: a, shadow: b }`;
    expect(routesByDecision(yaml.replace('PLACE', 'before'))).toEqual({
      'long/sample': ['long/sample', 'long', 'default'],
      'middle/sample': ['middle/sample', 'middle', 'default'],
      'short/sample': ['short/sample', 'short', 'default'],
    });
    expect(routesByDecision(yaml.replace('PLACE', 'after'))).toEqual({
      'long/sample': ['long/sample', 'long', 'middle', 'short', 'default'],
      'middle/sample': ['long', 'middle/sample', 'middle', 'short', 'default'],
      'short/sample': ['long', 'middle', 'short/sample', 'short', 'default'],
    });
  });

  it('names virtual hosts without the dots that would end the name in statistics', () => {
    const routes = buildRoutes(
      policyOf('mirrors: { all: { match: { path: / }, host: "*.shop.example", primary: a, shadow: b } }'),
    );
    expect((routes.virtual_hosts as EnvoyJson[]).map(({ name }) => name)).toEqual(['*/shop/example', 'any']);
  });

  it('takes credentials off the copies, before the mirror sets its own', () => {
    const changesOf = (more: string) => {
      const text = JSON.stringify(
        buildRoutes(
          policyOf(`
mirrors:
  orders: { match: { path: /o }, primary: a, shadow: b, sample: 5%, headers: { set: { authorization: test } }${more} }`),
        ),
      );
      return text.match(/"request_headers_mutations":\[(.*?),{"remove":"x-shadow-forwarded-for"/)![1];
    };
    const ownSet = JSON.stringify(set('authorization', 'test'));
    expect(changesOf('')).toBe(ownSet);
    const stripped = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key'];
    expect(changesOf(', credentials: strip')).toBe(
      `${stripped.map((name) => JSON.stringify({ remove: name })).join()},${ownSet}`,
    );
  });
});

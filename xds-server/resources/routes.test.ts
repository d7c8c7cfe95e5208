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

function routeNames(yaml: string): Record<string, unknown[]> {
  const hosts = buildRoutes(policyOf(yaml)).virtual_hosts as EnvoyJson[];
  return Object.fromEntries(hosts.map(({ domains, routes }) => [String(domains), names(routes)]));
}

function names(routes: unknown): unknown[] {
  return (routes as EnvoyJson[]).map(({ name }) => name);
}

describe('the route configuration', () => {
  it('holds a route for each segment, for the sample, the plain route and the default, in this order', () => {
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
        filter_state: [{ key: 'wasm.shadowplane.decision', string_match: { exact: name } }],
        runtime_fraction: {
          default_value: { numerator: 0, denominator: 'MILLION' },
          runtime_key: `shadowplane.${name.replaceAll('/', '.')}`,
        },
      },
      stat_prefix: name,
      route: { cluster: 'orders/primary/a', timeout: '0s', request_mirror_policies: copies },
      metadata: { filter_metadata: { shadowplane: { mirror: 'orders', ...why } } },
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
    expect(buildRoutes(policy)).toEqual({
      name: 'shadowplane',
      ignore_port_in_host_matching: true,
      virtual_hosts: [
        {
          name: 'any',
          domains: ['*'],
          routes: [
            mirrored('orders/segment/staff', { reason: 'segment', segment: 'staff' }, [
              copy('candidate', 'b', bySegment),
              copy('control', 'c', bySegment),
            ]),
            mirrored('orders/sample', { reason: 'sample' }, [
              copy('candidate', 'b', bySample),
              copy('control', 'c', bySample),
            ]),
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
                'shadowplane.primary': {
                  '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig',
                  disabled: true,
                },
              },
            },
          ],
        },
      ],
    });
  });

  it('matches every path for the path /', () => {
    const routes = buildRoutes(policyOf('mirrors: { all: { match: { path: / }, primary: a, shadow: b } }'));
    expect(at(routes, 'virtual_hosts', 0, 'routes', 1, 'match')).toEqual({ prefix: '/' });
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
    const plain = Object.fromEntries(
      Object.entries(order).map(([host, routes]) => [host, routes.filter((name) => !String(name).includes('/'))]),
    );
    expect(plain).toEqual({
      '*.example': ['wide', 'any-long'],
      '*.shop.example': ['narrow', 'wide', 'any-long'],
      'not-example': ['exact', 'any-long'],
      'other.test': ['exact', 'any-long'],
      'www.shop.example': ['exact-long', 'exact', 'narrow', 'wide', 'any-long'],
      '*': ['any-long'],
    });
  });

  it('puts the routes of users in front, in every virtual host', () => {
    const order = routeNames(`default: a
envoy:
  routes: [{ name: health, match: { path: /health }, direct_response: { status: 200 } }]
mirrors:
  orders: { match: { path: /o }, host: shop.example, primary: a, shadow: b }`);
    expect(order).toEqual({
      'shop.example': ['health', 'orders/sample', 'orders', 'default'],
      '*': ['health', 'default'],
    });
  });

  it('names virtual hosts without the dots that would end the name in statistics', () => {
    const routes = buildRoutes(
      policyOf('mirrors: { all: { match: { path: / }, host: "*.shop.example", primary: a, shadow: b } }'),
    );
    expect((routes.virtual_hosts as EnvoyJson[]).map(({ name }) => name)).toEqual(['*/shop/example', 'any']);
  });
});

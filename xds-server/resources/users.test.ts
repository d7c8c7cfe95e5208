/** What a rollout adds to the resources of a mirror: a way for users to the candidate, and for copies back. */
import { describe, expect, it } from 'vitest';
import type { EnvoyJson, Mirror, Policy } from '../policy/model.ts';
import { ALL, type PerMillion } from '../policy/percent.ts';
import { buildResources } from './build-resources.ts';
import { clusterOf, placeServices } from './clusters.ts';
import { expectedClusters } from './expected-clusters.ts';
import { primaryFilterConfig, shadowFilterConfig } from './filter-configuration.ts';
import { buildFragment, fragmentParts, routesWithoutMirroring } from './fragment.ts';
import { buildRoutes } from './routes.ts';
import { buildRuntime } from './runtime.ts';
import { at, policyOf, TO_EVERYONE } from './testing.ts';

const YAML = `
default: c
segments: { staff: { header: x-staff, present: true } }
mirrors:
  orders: { match: { path: /o }, primary: a, shadow: b, control: c, segments: { staff: 100% }, sample: 5%MORE }`;

function policyWith(mirror: Partial<Mirror> = {}, more = '', yaml = YAML): Policy {
  const policy = policyOf(yaml.replace('MORE', more));
  return { ...policy, mirrors: policy.mirrors.map((one) => ({ ...one, rollout: TO_EVERYONE, ...mirror })) };
}

const mapOf = (policy: Policy) =>
  at(buildRoutes(policy), 'virtual_hosts', 0, 'matcher', 'matcher_tree', 'prefix_match_map', 'map') as Record<
    string,
    EnvoyJson
  >;
const routesIn = (list: unknown) => at(list, 'action', 'typed_config', 'routes') as EnvoyJson[];
const SIDE = ['matcher', 'matcher_list', 'matchers', 0] as const;
const candidateOf = (policy: Policy, decision: string) =>
  routesIn(at(mapOf(policy)[`${decision}/`], ...SIDE, 'on_match'));
const primaryOf = (policy: Policy, decision: string) =>
  routesIn(at(mapOf(policy)[`${decision}/`], 'matcher', 'on_no_match'));
const shortly = (routes: EnvoyJson[]) =>
  routes.map(({ name, stat_prefix, route }) => [name, stat_prefix, at(route, 'cluster')].join(' '));

describe('a mirror without a rollout', () => {
  it('and one whose rollout moves nobody have what they had', () => {
    const context = { filterWasm: new Uint8Array([1]), capture: { address: { host: '127.0.0.1', port: 1 } } };
    const plain = policyOf(YAML.replace('MORE', ''));
    expect(buildResources(policyWith({ rollout: { ...TO_EVERYONE, canary: [] } }), context)).toEqual(
      buildResources(plain, context),
    );
    expect(JSON.stringify(buildResources(plain, context))).not.toMatch(/users|back|RuntimeFraction|\/primary\/b/);
  });
});

describe('routes', () => {
  const policy = policyWith();

  it('are chosen by side under every decision, and of users who are not copied as well', () => {
    expect(Object.keys(mapOf(policy))).toEqual([
      'orders/segment/staff/',
      'orders/users/segment/staff/',
      'orders/sample/',
      'orders/users/sample/',
    ]);
    expect(shortly(primaryOf(policy, 'orders/segment/staff'))).toEqual([
      'orders/segment/staff orders/segment/staff orders/primary/a',
      'orders orders/segment/staff/left-out orders/primary/a',
      'default default default/c',
    ]);
    expect(shortly(candidateOf(policy, 'orders/segment/staff'))).toEqual([
      'orders/candidate/segment/staff orders/candidate/segment/staff orders/users/b',
      'orders/candidate orders/candidate/segment/staff/left-out orders/users/b',
      'default default default/c',
    ]);
    expect(shortly(primaryOf(policy, 'orders/users/sample'))).toEqual([
      'orders orders/users/sample/primary orders/primary/a',
      'default default default/c',
    ]);
    expect(shortly(candidateOf(policy, 'orders/users/sample'))).toEqual([
      'orders/candidate orders/users/sample/candidate orders/users/b',
      'default default default/c',
    ]);
  });

  it('of the primary are those without a rollout', () => {
    const plain = mapOf(policyOf(YAML.replace('MORE', '')));
    expect(primaryOf(policy, 'orders/sample')).toEqual(routesIn(plain['orders/sample/']));
  });

  it('roll the side by the exchange, with one share for both decisions of an audience', () => {
    const predicate = (decision: string) => at(mapOf(policy)[`${decision}/`], ...SIDE, 'predicate');
    expect(predicate('orders/segment/staff')).toEqual(inShare('wasm.shadowplane.id', 'segment.staff'));
    expect(predicate('orders/users/segment/staff')).toEqual(predicate('orders/segment/staff'));
    expect(predicate('orders/sample')).toEqual(inShare('wasm.shadowplane.id', 'sample'));
  });

  it('roll it by the user where users are told apart, and by the exchange for one who is not', () => {
    const sticky = policyWith({}, ', sticky: { cookie: uid }');
    expect(at(mapOf(sticky)['orders/sample/'], ...SIDE, 'predicate')).toEqual({
      or_matcher: {
        predicate: [
          inShare('wasm.shadowplane.user', 'sample'),
          {
            and_matcher: {
              predicate: [
                {
                  not_matcher: {
                    single_predicate: {
                      input: input('wasm.shadowplane.user'),
                      value_match: { safe_regex: { google_re2: {}, regex: '.+' } },
                    },
                  },
                },
                inShare('wasm.shadowplane.id', 'sample'),
              ],
            },
          },
        ],
      },
    });
  });

  it('of the candidate copy back, by the same share, marked like all copies', () => {
    const [back] = candidateOf(policy, 'orders/segment/staff');
    const [forth] = primaryOf(policy, 'orders/segment/staff');
    expect(back!.match).toEqual(forth!.match);
    expect(back!.request_body_buffer_limit).toBe(forth!.request_body_buffer_limit);
    expect(at(back, 'metadata', 'filter_metadata', 'shadowplane')).toEqual({
      mirror: 'orders',
      reason: 'segment',
      segment: 'staff',
      copies: 'back',
    });
    const copies = at(back, 'route', 'request_mirror_policies') as EnvoyJson[];
    expect(copies.map(({ cluster }) => cluster)).toEqual(['orders/back/a', 'orders/control/c']);
    const asForward = JSON.stringify(at(forth, 'route', 'request_mirror_policies', 0, 'request_headers_mutations'));
    expect(JSON.stringify(copies[0]!.request_headers_mutations)).toBe(
      asForward.replace('"value":"candidate"', '"value":"primary"'),
    );
  });

  it.each([
    ['only what is safe, unless more is known', undefined, ['GET', 'POST'], 'GET'],
    ['what the primary has proven', ['GET', 'POST'], ['GET', 'POST'], undefined],
    ['everything where everything is safe', undefined, ['GET', 'HEAD'], undefined],
    ['signs of a method as they are', ['M-SEARCH', 'A.B'], ['M-SEARCH', 'A.B', 'POST'], 'M-SEARCH|A\\.B'],
  ])('copy back %s', (_, backMethods, methods, regex) => {
    const [back] = candidateOf(policyWith({ methods, ...(backMethods && { backMethods }) }), 'orders/sample');
    expect(at(back, 'match', 'headers')).toEqual(
      regex && [{ name: ':method', string_match: { safe_regex: { regex } } }],
    );
  });

  it('copy nothing back where nothing may be', () => {
    expect(shortly(candidateOf(policyWith({ methods: ['POST'] }), 'orders/sample'))).toEqual([
      'orders/candidate orders/candidate/sample/left-out orders/users/b',
      'default default default/c',
    ]);
  });

  it('lead to the cluster that the candidate names', () => {
    const named = policyWith({ shadowCluster: 'orders_v2' });
    expect(at(candidateOf(named, 'orders/sample')[0], 'route', 'cluster')).toBe('orders_v2');
  });

  it('lead what nothing was decided on to the candidate only by a share of its own, also where nothing is mirrored', () => {
    const rest = {
      name: 'orders/candidate',
      match: {
        path_separated_prefix: '/o',
        runtime_fraction: {
          default_value: { numerator: 0, denominator: 'MILLION' },
          runtime_key: 'shadowplane.orders.users.b.rest',
        },
      },
      stat_prefix: 'orders/users/rest',
      route: { cluster: 'orders/users/b', timeout: '0s' },
    };
    const undecided = routesIn(at(buildRoutes(policy), 'virtual_hosts', 0, 'matcher', 'on_no_match'));
    expect(undecided[0]).toEqual(rest);
    expect(undecided.map(({ name }) => name)).toEqual(['orders/candidate', 'orders', 'default']);
    const off = at(buildRoutes({ ...policy, mirroring: 'off' }), 'virtual_hosts', 0) as EnvoyJson;
    expect(off).not.toHaveProperty('matcher');
    expect((off.routes as EnvoyJson[]).slice(0, 2)).toEqual(undecided.slice(0, 2));
  });

  it('stand among those of other mirrors where a filter behind ours may have changed the request', () => {
    const filter = `{ name: own, typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer } }`;
    const yaml = `
envoy: { httpFilters: { after: [${filter}] } }
mirrors:
  orders: { match: { path: /o/long }, primary: a, shadow: b }
  carts: { match: { path: /o }, primary: a, shadow: c }`;
    const names = (decision: string) =>
      candidateOf(policyWith({}, '', yaml), decision).map(({ stat_prefix }) => stat_prefix);
    expect(names('orders/sample')).toEqual([
      'orders/candidate/sample',
      'orders/candidate/sample/left-out',
      'carts/users/rest',
      'carts',
    ]);
    expect(names('carts/users/sample')).toEqual(['orders/users/rest', 'orders', 'carts/users/sample/candidate']);
  });
});

describe('the runtime layer', () => {
  const users = (mirror: Partial<Mirror>) =>
    Object.fromEntries(
      Object.entries(buildRuntime(policyWith(mirror)).layer as Record<string, EnvoyJson>)
        .filter(([key]) => key.includes('.users.'))
        .map(([key, { numerator }]) => [key.replace('shadowplane.orders.users.b.', ''), numerator]),
    );
  const share = (perMillion: number) => perMillion as PerMillion;

  it('holds the shares of users: nobody at rest, everyone’s share for segments, too', () => {
    expect(users({})).toEqual({ 'segment.staff': 0, sample: 0, rest: 0 });
    expect(users({ users: { staff: share(500_000) } })).toEqual({ 'segment.staff': 500_000, sample: 0, rest: 0 });
    const further = { staff: share(500_000), everyone: share(250_000) };
    expect(users({ users: further })).toEqual({ 'segment.staff': 500_000, sample: 250_000, rest: 0 });
    expect(users({ users: { staff: share(1), everyone: share(999_999) } })).toEqual({
      'segment.staff': 999_999,
      sample: 999_999,
      rest: 0,
    });
    const all = { 'segment.staff': 1_000_000, sample: 1_000_000, rest: 1_000_000 };
    expect(users({ users: { everyone: ALL } })).toEqual(all);
  });

  it('lets no pause and no switch of mirroring move users', () => {
    const moved = { users: { staff: ALL, everyone: share(7) } };
    expect(users({ ...moved, paused: true })).toEqual(users(moved));
    const off = buildRuntime({ ...policyWith(moved), mirroring: 'off' }).layer as Record<string, EnvoyJson>;
    expect(off['shadowplane.orders.users.b.segment.staff']).toEqual({ numerator: 1_000_000, denominator: 'MILLION' });
    expect(off['shadowplane.orders.segment.staff']).toEqual({ numerator: 0, denominator: 'MILLION' });
  });

  it('keeps the shares of before when the candidate has become the primary, and moves nobody by them', () => {
    const before = policyWith({ users: { everyone: ALL } });
    const { rollout: _, ...mirror } = before.mirrors[0]!;
    const after = { ...before, mirrors: [{ ...mirror, primary: 'b', shadow: 'a' }] };
    expect(buildRuntime(after)).toEqual(buildRuntime(before));
    expect(JSON.stringify([buildRoutes(after), placeServices(after)])).not.toMatch(/users/);
    expect(primaryFilterConfig(after).mirrors[0]).not.toHaveProperty('users');
  });
});

describe('clusters', () => {
  it('hold nothing back from users, and everything from copies to the primary', () => {
    const placed = new Map(placeServices(policyWith()).map((one) => [one.cluster, clusterOf(one)]));
    expect([...placed.keys()]).toEqual([
      'orders/primary/a',
      'orders/candidate/b',
      'orders/control/c',
      'orders/users/b',
      'orders/back/a',
      'default/c',
    ]);
    const renamed = (from: string, to: string) => ({ ...placed.get(from), name: to });
    expect(renamed('orders/users/b', 'orders/primary/a')).toEqual(placed.get('orders/primary/a'));
    expect(renamed('orders/back/a', 'orders/candidate/b')).toEqual(placed.get('orders/candidate/b'));
  });

  it('of users stay where nothing is mirrored, those of copies go', () => {
    const off = placeServices({ ...policyWith(), mirroring: 'off' });
    expect(off.map(({ cluster }) => cluster)).toEqual(['orders/primary/a', 'orders/users/b', 'default/c']);
  });

  it('are expected of an Envoy that brings its own, and of its fragment', () => {
    const expected = expectedClusters(policyWith({ shadowCluster: 'orders_v2' }), { listener: 'own', streams: 'ads' });
    expect(expected.map(({ name, copies }) => [name, copies?.role])).toEqual([
      ['orders/primary/a', undefined],
      ['orders_v2', undefined],
      ['orders/candidate/b', 'candidate'],
      ['orders/control/c', 'control'],
      ['orders/back/a', 'primary'],
      ['default/c', undefined],
    ]);
    expect(fragmentParts(policyWith()).clusters).toContain('orders/back/a');
    expect(fragmentParts(policyWith()).clusters).not.toContain('orders/users/b');
  });

  it('of a fragment are also there for when the candidate is the primary; none is needed without us', () => {
    const clusters = (policy: Policy) => {
      const options = { xdsAddress: { host: 'cp', port: 1 }, variant: 'ads-delta' } as const;
      const { static_resources } = buildFragment(policy, options).fragment.bootstrap as Record<string, EnvoyJson>;
      return (static_resources!.clusters as EnvoyJson[]).map(({ name }) => name);
    };
    expect(clusters(policyWith())).toEqual(expect.arrayContaining(['orders/users/b', 'orders/primary/b']));
    const { rollout: _, ...atRest } = policyWith().mirrors[0]!;
    expect(clusters({ ...policyWith(), mirrors: [atRest] })).not.toContain('orders/primary/b');
    const without = JSON.stringify(routesWithoutMirroring(policyWith({ users: { everyone: ALL } })));
    expect(without).toContain('orders/primary/a');
    expect(without).not.toMatch(/users|runtime/);
  });
});

it('the filter is told, in both roles', () => {
  expect(primaryFilterConfig(policyWith()).mirrors[0]).toMatchObject({ name: 'orders', users: true });
  expect(shadowFilterConfig(policyWith()).mirrors[0]).toMatchObject({ name: 'orders', users: true });
});

function input(key: string): EnvoyJson {
  return {
    name: key.endsWith('id') ? 'exchange-id' : 'user',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.FilterStateInput',
      key,
    },
  };
}

function inShare(key: string, audience: string): EnvoyJson {
  return {
    single_predicate: {
      input: input(key),
      custom_match: {
        name: 'share',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction',
          runtime_fraction: {
            default_value: { numerator: 0, denominator: 'MILLION' },
            runtime_key: `shadowplane.orders.users.b.${audience}`,
          },
        },
      },
    },
  };
}

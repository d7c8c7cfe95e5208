import { describe, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import { parsePolicy } from './parse-policy.ts';
import type { MirrorDocument, PolicyDocument } from './schema.ts';
import { ordersDocument } from './testing.ts';

function problemsOf(document: unknown): string[] {
  try {
    parsePolicy(document);
  } catch (error) {
    if (!(error instanceof ShadowplaneError)) throw error;
    expect(error.code).toBe('POLICY_INVALID');
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

function withMirror(change: Partial<Record<keyof MirrorDocument, unknown>>): unknown {
  const document = ordersDocument();
  return { ...document, mirrors: { orders: { ...document.mirrors.orders, ...change } } };
}

function mirrorOf(document: unknown) {
  return parsePolicy(document).policy.mirrors[0]!;
}

describe('parsePolicy', () => {
  it('fills in every default', () => {
    expect(parsePolicy(ordersDocument()).policy).toMatchObject({
      listen: { host: '127.0.0.1', port: 10_000 },
      listener: {
        markers: 'strip',
        trustedHops: 0,
        useRemoteAddress: true,
        accessLog: { to: 'off' },
        upgrades: ['websocket'],
      },
      services: [{ name: 'order-v1', protocol: 'http1', connectTimeoutMs: 1_000 }, {}, {}],
      mirrors: [
        {
          name: 'orders',
          hosts: [],
          methods: ['GET', 'HEAD', 'OPTIONS'],
          sideEffects: 'none',
          sample: 50_000,
          paused: false,
          limits: { maxBodyBytes: 8_388_608, maxConcurrent: 1_024, timeoutMs: 15_000 },
          segments: [
            { name: 'employees', share: 1_000_000, when: { header: 'x-user-group', equals: 'employees' } },
            { name: 'beta', share: 500_000 },
          ],
        },
      ],
    });
  });

  it('accepts an empty document: a listener that answers 404', () => {
    expect(parsePolicy({}).policy).toMatchObject({ services: [], mirrors: [], listen: { port: 10_000 } });
  });

  it.each([
    [5, 'did you mean 5%?'],
    ['5', 'did you mean 5%?'],
    [0.05, 'did you mean 0.05% or 5%?'],
    ['0.3', 'did you mean 0.3% or 30%?'],
    [500, 'such as 5% or 0.25%'],
    ['half', 'such as 5% or 0.25%'],
    ['', 'such as 5% or 0.25%'],
  ])('a share that is no percentage: %j, %s', (sample, hint) => {
    expect(problemsOf(withMirror({ sample }))).toEqual([expect.stringContaining(hint)]);
  });

  it('reports everything at once', () => {
    const document = { ...(withMirror({ shadow: 'ordr-v2', sample: 5 }) as object), listne: 'x', default: 'nobody' };
    expect(problemsOf(document)).toEqual([
      'mirrors.orders.sample: 5 is not a percentage; did you mean 5%?',
      expect.stringMatching(/^listne: there is no key "listne" here; did you mean "listen"\?$/),
      'default: there is no service "nobody"',
      'mirrors.orders.shadow: there is no service "ordr-v2"; did you mean "order-v2"?',
    ]);
  });

  it.each<[string, Partial<Record<keyof MirrorDocument, unknown>>, string]>([
    ['the primary as its own shadow', { shadow: 'order-v1' }, 'shadow: is the same service as primary'],
    ['control = shadow', { control: 'order-v2' }, 'control: is the same service as shadow'],
    [
      'an unknown segment',
      { segments: { employes: '1%' } },
      'segments.employes: there is no segment "employes"; did you',
    ],
    ['more than 100%', { segments: { beta: '101%' } }, 'segments.beta: 101% is more than 100%'],
    ['too fine a share', { sample: '0.00001%' }, 'sample: 0.00001% is finer'],
    ['unsafe methods', { methods: ['POST'] }, 'methods: POST may change things'],
    ['a mistyped method', { methods: ['GTE'] }, 'methods: GTE is no method that services know; did you mean "GET"?'],
    ['tunnels', { methods: ['CONNECT'] }, 'methods.0: CONNECT opens a tunnel'],
    [
      'our markers',
      { headers: { set: { 'X-Shadow-Role': 'x' } } },
      'headers.set.X-Shadow-Role: x-shadow-role is a marker',
    ],
    ['pseudo headers', { headers: { set: { ':path': 'x' } } }, 'headers.set.:path: ":path" is a pseudo header'],
    ['the host header', { headers: { remove: ['Host'] } }, 'headers.remove.0: host belongs to Envoy'],
    [
      'line breaks in headers',
      { headers: { set: { a: 'b\r\nc: d' } } },
      'headers.set.a: "b\\r\\nc: d" is not a header',
    ],
    ['set and removed', { headers: { set: { a: 'b' }, remove: ['A'] } }, 'headers.remove.0: a is set and removed'],
    ['a path without slash', { match: { path: 'api' } }, 'match.path: "api" is not a path; it begins with /'],
    ['a path with query', { match: { path: '/a?b' } }, 'match.path: "/a?b": a path has no query'],
    ['a wildcard path', { match: { path: '/a/*' } }, 'match.path: "/a/*": no wildcard is needed'],
    [
      'a path that no client sends',
      { match: { path: '/a/../b' } },
      'match.path: "/a/../b": write the path as clients send it',
    ],
    ['a host with port', { host: 'shop.example:80' }, 'host: "shop.example:80": write the host without its port'],
    ['a sticky path', { sticky: { path: true } }, 'sticky.path: there is no key "path" here'],
    ['two sticky keys', { sticky: { header: 'a', cookie: 'b' } }, 'sticky: needs exactly one of'],
    [
      'an enormous body',
      { limits: { maxBodyBytes: '1GiB' } },
      'limits.maxBodyBytes: "1GiB" is out of range: 0 to 64MiB',
    ],
    ['a budget of nothing', { limits: { copiesPerSecond: 0 } }, 'limits.copiesPerSecond: must be between 1 and'],
    ['a rate in words', { limits: { bytesPerSecond: '8MiB/s' } }, 'limits.bytesPerSecond: "8MiB/s" is not a size'],
    [
      'a brake in absolute terms',
      { brake: { latencyP99: '50ms' } },
      'brake.latencyP99: "50ms" is no increase; write it such as +10%',
    ],
    ['a brake that is always on', { brake: { errors: '+0%' } }, 'brake.errors: "+0%" is out of range'],
    ['a brake on everything', { brake: { memory: 0 } }, 'brake.memory: 0 is out of range'],
    ['a brake that is neither', { brake: 'on' }, 'brake'],
    ['half credentials', { credentials: 'some' }, 'credentials: must be keep or strip'],
    [
      'host under match',
      { match: { path: '/', host: 'a' } },
      'match.host: there is no key "host" here; host stands beside match',
    ],
    ['a missing shadow', { shadow: undefined }, '"shadow" is missing'],
    ['an empty value', { shadow: null }, 'shadow: is empty; give it a value'],
  ])('refuses %s', (_, change, message) => {
    expect(problemsOf(withMirror(change)).join('\n')).toContain(message);
  });

  it.each<[string, unknown, string]>([
    ['no test', { header: 'a' }, 'needs exactly one of equals'],
    ['two tests', { header: 'a', equals: 'b', prefix: 'c' }, 'needs exactly one of equals'],
    ['two subjects', { header: 'a', cookie: 'b', equals: 'c' }, 'needs exactly one of header'],
    ['path: false', { path: false, equals: '/a' }, 'path: must be true'],
    [
      'a combination beside a test',
      { any: [{ header: 'a', present: true }], header: 'b' },
      'any stands alone; put header',
    ],
    ['an empty list', { any: [] }, 'any: must not be empty'],
    [
      'a bad part deep inside',
      { not: { all: [{ header: 'a b', equals: 'c' }] } },
      'not.all.0.header: "a b" is not a header',
    ],
    ['blank CEL', { cel: '  ' }, 'cel: is empty'],
    ['an empty prefix', { header: 'a', prefix: '' }, 'prefix: must not be empty'],
    ['a pseudo header', { header: ':path', equals: '/' }, '":path" is a pseudo header; use path: true'],
    ['a text', 'employees', 'must be a map of keys and values, not "employees"'],
    ['endless nesting', nested(9), 'nested deeper than 8 levels'],
    ['hostile nesting', nested(5_000), 'nested deeper than'],
  ])('refuses a condition with %s', (_, condition, message) => {
    expect(problemsOf({ segments: { one: condition } }).join('\n')).toContain(message);
  });

  it.each<[string, unknown, string]>([
    ['neither address', {}, 'services.a: needs address'],
    ['both', { address: 'a:1', addresses: ['b:1'] }, 'services.a: has address and addresses'],
    ['a URL', { address: 'http://a:80' }, 'is not an address; write host:port (without http://)'],
    ['port 0', { address: 'a:0' }, '0 is no port'],
    ['a broken IP', { address: '10.0.0.256:80' }, 'neither an IP address nor a DNS name'],
    ['an address twice', { addresses: ['a:1', 'a:1'] }, 'services.a.addresses.1: stands here twice'],
    ['TLS to an IP without a name', { address: '10.0.0.1:443', tls: true }, 'services.a.tls: needs serverName'],
    ['a health check without path', { address: 'a:1', healthCheck: {} }, 'services.a.healthCheck: "path" is missing'],
    ['an endless timeout', { address: 'a:1', connectTimeout: '2d' }, '"2d" is not a duration'],
  ])('refuses a service with %s', (_, service, message) => {
    expect(problemsOf({ services: { a: service } }).join('\n')).toContain(message);
  });

  it.each(['Orders', '1st', 'a.b', 'a/b', '-a', 'a-', 'a'.repeat(64), '__proto__', ''])(
    'refuses the name %j',
    (name) => {
      const document = JSON.parse(`{"services": {${JSON.stringify(name)}: {"address": "a:1"}}}`);
      expect(problemsOf(document).join()).toMatch(/is not a name/);
    },
  );

  it('refuses reserved names', () => {
    const { services, segments } = ordersDocument();
    const mirror = ordersDocument().mirrors.orders!;
    expect(problemsOf({ services, segments, mirrors: { default: mirror } })[0]).toMatch(/"default" is reserved/);
    expect(problemsOf({ segments: { sample: { cel: 'true' } } })[0]).toMatch(/"sample" is reserved/);
  });

  it('refuses two mirrors for the same host and path, whatever the slash at the end', () => {
    const document = ordersDocument();
    document.mirrors.again = { ...document.mirrors.orders!, match: { path: '/api/orders/' } };
    expect(problemsOf(document)).toEqual(['mirrors.again.match: /api/orders already belongs to mirror "orders"']);
    document.mirrors.again.host = 'shop.example';
    expect(problemsOf(document)).toEqual([]);
  });

  it('does not report what only follows from another problem', () => {
    const document = ordersDocument();
    document.services['order-v2'] = { address: 'nope' };
    document.segments.beta = { header: '' } as never;
    expect(problemsOf(document).map((problem) => problem.split(':')[0])).toEqual([
      'services.order-v2.address',
      'segments.beta.header',
    ]);
  });

  it('adds the methods that side effects allow, unless methods says otherwise', () => {
    expect(mirrorOf(withMirror({ sideEffects: 'guarded' })).methods).toContain('DELETE');
    expect(mirrorOf(withMirror({ sideEffects: 'guarded', methods: ['post', 'GET'] })).methods).toEqual(['POST', 'GET']);
  });

  it('sorts mirrors: exact hosts, wildcards, any host; longer paths; as written', () => {
    const { orders } = ordersDocument().mirrors;
    const mirrors: PolicyDocument['mirrors'] = {
      root: { ...orders!, match: { path: '/' } },
      deep: { ...orders!, match: { path: '/api/orders/items' } },
      wide: { ...orders!, host: '*.example' },
      narrow: { ...orders!, host: '*.shop.example' },
      exact: { ...orders!, host: ['Shop.example'], match: { path: '/' } },
      other: { ...orders!, match: { path: '/api/ordert' } },
      same: { ...orders! },
    };
    const names = parsePolicy({ ...ordersDocument(), mirrors }).policy.mirrors.map(({ name }) => name);
    expect(names).toEqual(['exact', 'narrow', 'wide', 'deep', 'other', 'same', 'root']);
  });

  it('lower-cases header names and hosts', () => {
    const mirror = mirrorOf(
      withMirror({ host: 'Shop.Example', headers: { set: { 'X-A': 'B' } }, sticky: { header: 'X-User' } }),
    );
    expect(mirror).toMatchObject({
      hosts: ['shop.example'],
      headers: { set: [['x-a', 'B']] },
      sticky: { header: 'x-user' },
    });
  });

  it('takes markers at the top or under listener, and refuses a contradiction', () => {
    expect(parsePolicy({ markers: 'trust' }).policy.listener.markers).toBe('trust');
    expect(parsePolicy({ listener: { markers: 'trust' } }).policy.listener.markers).toBe('trust');
    expect(problemsOf({ markers: 'trust', listener: { markers: 'strip' } })).toHaveLength(1);
  });

  it('warns of what works but is doubtful', () => {
    const document = withMirror({ rollout: { mirror: ['100%'], gates: {} } }) as PolicyDocument;
    document.services!['order-v2'] = { address: 'order-v1:8080' };
    expect(parsePolicy(document).warnings.map(({ path }) => path)).toEqual([
      'mirrors.orders.rollout.gates',
      'mirrors.orders.shadow',
    ]);
  });

  it('refuses raw Envoy configuration that is nested without end', () => {
    expect(problemsOf({ envoy: { clusters: [nested(10_000)] } })[0]).toContain('nested deeper than 64 levels');
  });

  it('keeps raw Envoy configuration as it is', () => {
    const envoy = { clusters: [{ name: 'x', 'a b': [1, { c: null }] }], merge: { services: { 'order-v1': { a: 1 } } } };
    const parsed = parsePolicy({ ...ordersDocument(), envoy }).policy.envoy;
    expect(parsed.clusters).toEqual(envoy.clusters);
    expect(parsed.merge.services).toEqual(envoy.merge.services);
  });
});

function nested(levels: number): unknown {
  let condition: unknown = { cel: 'true' };
  for (let level = 1; level < levels; level++) condition = { not: condition };
  return condition;
}

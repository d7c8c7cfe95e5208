import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { parsePolicyFile } from '../policy/index.ts';
import { CLUSTER, type ClientStatus, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME } from '../xds/index.ts';
import { EnvoyCounts, Fleet } from './index.ts';

const { policy } = parsePolicyFile(
  `default: shop
services:
  shop: { cluster: 'shop:80' }
  v1: { cluster: orders.v1 }
  v2: { address: 10.0.0.2:80 }
mirrors:
  orders: { match: { path: /o }, primary: v1, shadow: v2, limits: { maxConcurrent: 7 } }`,
  'test.yaml',
);
const COPIES = 'orders/candidate/v2';

const named = (...names: string[]) => ({ wildcard: false, names });
const ALL = { wildcard: true, names: [] };
/** What an Envoy with a listener of its own asks for where nothing is missing. */
const ASKS = {
  [ROUTE]: named('shadowplane'),
  [RUNTIME]: named('shadowplane'),
  [EXTENSION_CONFIG]: named('shadowplane.primary', 'shadowplane.shadow'),
};
/** What it counts. */
const COUNTS = {
  'cluster.shop_80.membership_total': 1,
  'cluster.orders.v1.membership_total': 1,
  [`cluster.${COPIES}.membership_total`]: 1,
  [`cluster.${COPIES}.circuit_breakers.default.remaining_rq`]: 5,
  [`cluster.${COPIES}.upstream_rq_active`]: 2,
  [`cluster.${COPIES}.upstream_rq_total`]: 50,
  'wasmcustom.shadowplane.copies.mirror.orders.role.candidate': 50,
};

interface Envoy {
  readonly asks?: Readonly<Record<string, { wildcard: boolean; names: string[] }>>;
  readonly counts?: Readonly<Record<string, number>> | undefined;
  readonly metadata?: unknown;
  readonly policy?: typeof policy;
}

const BORN_MS = 1_000_000;

function seen(envoy: Envoy, ageMs = 60_000) {
  const counts = new EnvoyCounts();
  const values = new Map(Object.entries('counts' in envoy ? (envoy.counts ?? {}) : COUNTS));
  for (const name of values.keys()) expect(counts.wants(name), name).toBe(true);
  if (values.size > 0) counts.report({ node: 'edge-1', atMs: BORN_MS, values });
  const fleet = new Fleet({ counts, policy: () => envoy.policy ?? policy, now: () => BORN_MS + ageMs });
  const types = Object.entries(envoy.asks ?? ASKS).map(([typeUrl, asked]) => [typeUrl, { typeUrl, ...asked }]);
  return fleet.of({
    ...client('edge-1'),
    metadata: 'metadata' in envoy ? envoy.metadata : { shadowplane: { listener: 'own' } },
    types: Object.fromEntries(types),
  });
}

function client(node: string): ClientStatus {
  const rest = { cluster: '', group: '', peer: '', userAgent: 'envoy', userAgentVersion: '1.40.0' };
  return { node, ...rest, connectedSince: new Date(BORN_MS), upToDate: true, types: {} };
}

const codes = (envoy: Envoy, ageMs?: number) => seen(envoy, ageMs).problems.map(({ code }) => code);
const without = <T extends object>(from: T, ...keys: string[]) =>
  Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key))) as Record<string, never>;

describe('what an Envoy with a listener of its own lacks', () => {
  it('nothing, where all is there', () => {
    expect(seen({})).toMatchObject({
      setup: { listener: 'own', streams: 'ads' },
      problems: [],
      copies: { sent: 50, active: 2 },
    });
  });

  it('the runtime layer', () => expect(codes({ asks: without(ASKS, RUNTIME) })).toEqual(['runtime-layer-missing']));

  it('the routes', () => {
    expect(codes({ asks: { ...ASKS, [ROUTE]: named('other') } })).toEqual(['routes-missing']);
  });

  it('the filter of the listener, and the one of copies', () => {
    const asks = (name: string) => ({ ...ASKS, [EXTENSION_CONFIG]: named(name) });
    expect(codes({ asks: asks('shadowplane.shadow') })).toEqual(['filter-missing']);
    expect(codes({ asks: asks('shadowplane.primary') })).toEqual(['copies-filter-missing']);
  });

  it('the filter in one of several clusters: copies go out that it has not seen', () => {
    const counts = { ...COUNTS, 'wasmcustom.shadowplane.copies.mirror.orders.role.candidate': 0 };
    expect(codes({ counts })).toEqual(['copies-filter-missing']);
    expect(codes({ counts: { ...counts, [`cluster.${COPIES}.upstream_rq_total`]: 3 } })).toEqual([]);
  });

  it('clusters, of users and of copies', () => {
    const counts = without(COUNTS, 'cluster.orders.v1.membership_total', `cluster.${COPIES}.membership_total`);
    const { problems } = seen({ counts });
    expect(problems.map(({ code }) => code)).toEqual(['cluster-missing', 'cluster-missing']);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('"orders.v1"'),
      expect.stringContaining(`"${COPIES}"`),
    ]);
    for (const { remedy } of problems) expect(remedy).not.toBe('');
  });

  it('isolation: no bound, or a wider one than the policy has', () => {
    const bound = `cluster.${COPIES}.circuit_breakers.default.remaining_rq`;
    expect(codes({ counts: without(COUNTS, bound) })).toEqual(['isolation-missing']);
    expect(codes({ counts: { ...COUNTS, [bound]: 1022 } })).toEqual(['isolation-missing']);
  });

  it('but isolation is there where a shadow is saturated: copies that wait are within another bound', () => {
    const busy = { ...COUNTS, [`cluster.${COPIES}.circuit_breakers.default.remaining_rq`]: 0 };
    const active = { [`cluster.${COPIES}.upstream_rq_active`]: 7, [`cluster.${COPIES}.upstream_rq_pending_active`]: 5 };
    expect(seen({ counts: { ...busy, ...active } })).toMatchObject({ problems: [], copies: { active: 12 } });
    // Envoy reads its gauges one after the other.
    const idle = { [`cluster.${COPIES}.circuit_breakers.default.remaining_rq`]: 7 };
    expect(codes({ counts: { ...COUNTS, ...active, ...idle } })).toEqual([]);
  });

  it('nothing of the mirror, where mirroring is off', () => {
    const off = { ...policy, mirroring: 'off' as const };
    expect(codes({ policy: off, asks: { [ROUTE]: named('shadowplane') } })).toEqual([]);
  });
});

describe('any Envoy', () => {
  it('that fetches everything lacks nothing but clusters that are not made', () => {
    const asks = { [LISTENER]: ALL, [CLUSTER]: ALL, ...ASKS };
    expect(codes({ asks, metadata: {} })).toEqual([]);
    expect(codes({ asks, metadata: {}, counts: { 'cluster.shop_80.membership_total': 1 } })).toEqual([
      'cluster-missing',
    ]);
  });

  it('that has a listener of its own and does not say so, or none at all', () => {
    expect(codes({ metadata: {} })).toEqual(['setup-unsaid']);
    expect(codes({ metadata: {}, asks: {} })).toEqual(['listener-missing']);
  });

  it('that has just come is not judged; one without statistics is, later', () => {
    expect(codes({ asks: {}, counts: undefined }, 1_000)).toEqual([]);
    expect(codes({ counts: undefined }, 5_000)).toEqual([]);
    expect(codes({ counts: undefined })).toEqual(['statistics-missing']);
    expect(seen({ counts: undefined }).copies).toBeNull();
  });

  it('has what cannot be told of it from here', () => {
    expect(seen({ counts: undefined }).unseen).toContain('which clusters it has');
    expect(seen({}).unseen).toHaveLength(3);
    expect(seen({ metadata: {} }).unseen).toHaveLength(1);
  });
});

it('an Envoy of before is gone until it comes back, also after a restart; for a week', () => {
  const HOUR_MS = 3_600_000;
  let saved: unknown;
  let nowMs = BORN_MS;
  const begin = () => {
    const events = new EventEmitter();
    const connected: ClientStatus[] = [];
    const kept = { before: saved, save: (state: unknown) => (saved = JSON.parse(JSON.stringify(state))) };
    const fleet = new Fleet({ counts: new EnvoyCounts(), policy: () => policy, now: () => nowMs, kept });
    fleet.follow({ clients: () => connected, on: ((name: string, on: () => void) => events.on(name, on)) as never });
    return {
      gone: () => fleet.gone().map(({ node, since }) => [node, (Date.parse(since) - BORN_MS) / HOUR_MS]),
      connect: (node: string) => {
        connected.push(client(node));
        events.emit('connect', client(node));
      },
      disconnect: (node: string) => {
        connected.splice(0, 9, ...connected.filter((each) => each.node !== node));
        events.emit('disconnect', client(node));
      },
    };
  };
  const first = begin();
  for (const node of ['a', 'b', 'c']) first.connect(node);
  first.disconnect('a');
  nowMs += HOUR_MS;
  const second = begin();
  expect(second.gone()).toEqual([
    ['c', 1],
    ['b', 1],
    ['a', 0],
  ]);
  second.connect('b');
  nowMs += 7 * 24 * HOUR_MS - HOUR_MS / 2;
  expect(begin().gone()).toEqual([
    ['b', 168.5],
    ['c', 1],
  ]);
});

it('an Envoy that has left is remembered until it comes back', () => {
  const events = new EventEmitter();
  let connected: ClientStatus[] = [];
  const fleet = new Fleet({ counts: new EnvoyCounts(), policy: () => policy, now: () => BORN_MS });
  fleet.follow({ clients: () => connected, on: ((name: string, on: () => void) => events.on(name, on)) as never });
  const nodes = () => fleet.gone().map(({ node }) => node);
  events.emit('disconnect', client('a'));
  events.emit('disconnect', client('b'));
  // One of two streams, and one that has no name.
  connected = [client('c')];
  events.emit('disconnect', client('c'));
  events.emit('disconnect', client(''));
  expect(nodes()).toEqual(['b', 'a']);
  events.emit('connect', client('b'));
  expect(nodes()).toEqual(['a']);
  for (let index = 0; index < 300; index++) events.emit('disconnect', client(`many-${index}`));
  expect(nodes()).toHaveLength(200);
});

describe('a cluster that users are to be led to', () => {
  const has = (envoy: Envoy, service: string, cluster = 'orders/users/v2') => {
    const counts = new EnvoyCounts();
    if (envoy.counts) counts.report({ node: 'edge-1', atMs: BORN_MS, values: new Map(Object.entries(envoy.counts)) });
    const types = Object.entries(envoy.asks ?? ASKS).map(([typeUrl, asked]) => [typeUrl, { typeUrl, ...asked }]);
    const { metadata } = envoy;
    const asked = { ...client('edge-1'), metadata, types: Object.fromEntries(types) };
    return new Fleet({ counts, policy: () => policy }).hasCluster(asked, cluster, service);
  };
  const own = { metadata: { shadowplane: { listener: 'own' } } };

  it('is there where it is sent, and where it is counted; nobody knows while nothing is', () => {
    expect(has({ ...own, counts: COUNTS }, 'v2')).toBe(false);
    expect(has({ ...own, counts: { ...COUNTS, 'cluster.orders/users/v2.membership_total': 1 } }, 'v2')).toBe(true);
    expect(has(own, 'v2')).toBeUndefined();
    expect(has({ ...own, asks: { [CLUSTER]: ALL } }, 'v2')).toBe(true);
    expect(has({ asks: { [CLUSTER]: ALL }, counts: COUNTS }, 'v2')).toBe(true);
    // Without an address there is nothing to send.
    expect(has({ asks: { [CLUSTER]: ALL }, counts: COUNTS }, 'v1', 'orders.v1')).toBe(true);
    expect(has({ asks: { [CLUSTER]: ALL }, counts: COUNTS }, 'v1', 'orders.v2')).toBe(false);
    expect(has({ metadata: { shadowplane: { egress: 'v2' } }, asks: {} }, 'v2')).toBe(true);
  });
});

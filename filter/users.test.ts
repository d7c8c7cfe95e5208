/** Mirrors with a rollout: every request has an audience, so that routes can lead it to the candidate. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { FilterMirror } from '../xds-server/resources/filter-config.ts';
import { decide, headers, mirror, primary, type RunningFilter, startFilter } from './testing.ts';

const STAFF = { name: 'staff', when: { header: 'x-group', equals: 'staff' } } as const;
const SKIPPED = 'shadowplane.skipped.mirror.orders.cause';
const USER = 'wasm.shadowplane.user';

const start = (fields: Partial<FilterMirror> = {}) =>
  startFilter(primary(mirror({ users: true, segments: [STAFF], ...fields })));

describe('an audience', () => {
  let filter: RunningFilter;
  beforeAll(async () => {
    filter = await start({ methods: ['GET', 'POST'], maxBodyBytes: 1000 });
  });

  test('is the usual decision where the request may be copied', () => {
    const selected = filter.host.metric('shadowplane.selected.mirror.orders.reason.sample')!;
    expect(decide(filter)).toBe('orders/sample');
    expect(decide(filter, { 'x-group': 'staff' })).toBe('orders/segment/staff');
    expect(filter.host.metric('shadowplane.selected.mirror.orders.reason.sample')).toBe(selected + 1);
  });

  const uncopied: Array<[string, Record<string, string>, string]> = [
    ['another method', { ':method': 'PUT' }, 'method'],
    ['an upgrade', { upgrade: 'websocket' }, 'upgrade'],
    ['a body that is too long', { ':method': 'POST', 'content-length': '1001' }, 'body_size'],
  ];
  test.each(uncopied)('is a decision of its own for %s, which counts as skipped as ever', (_, fields, cause) => {
    const [before, selected] = [filter.host.metric(`${SKIPPED}.${cause}`)!, selections(filter)];
    const request = (more: Record<string, string> = {}) => {
      const stream = filter.plugin.request(headers({ ...fields, ...more }), fields['content-length'] === undefined);
      stream.end();
      return stream;
    };
    const sample = request();
    expect(sample.filterState.get('wasm.shadowplane.id')).toMatch(/^orders\/users\/sample\/[0-9a-f]{36}$/);
    expect(sample.routeCacheClears).toBe(1);
    const staff = request({ 'x-group': 'staff' }).filterState.get('wasm.shadowplane.id');
    expect(staff).toMatch(/^orders\/users\/segment\/staff\/[0-9a-f]{36}$/);
    expect(filter.host.metric(`${SKIPPED}.${cause}`)).toBe(before + 2);
    expect(selections(filter)).toBe(selected);
  });

  test('has an id of its own each time', () => {
    const ids = Array.from({ length: 100 }, () =>
      filter.plugin.request(headers({ ':method': 'PUT' })).filterState.get('wasm.shadowplane.id'),
    );
    expect(new Set(ids).size).toBe(100);
  });

  test.each([
    ['marked', { 'x-shadow': 'true' }, 'marked'],
    ['marked, of a method that is not copied', { ':method': 'PUT', 'x-shadow': 'true' }, 'marked'],
    ['CONNECT', { ':method': 'CONNECT' }, 'upgrade'],
    ['extended CONNECT', { ':method': 'CONNECT', ':protocol': 'websocket' }, 'upgrade'],
  ] as Array<[string, Record<string, string>, string]>)('is none for a request that is %s', (_, fields, cause) => {
    const before = filter.host.metric(`${SKIPPED}.${cause}`)!;
    const stream = filter.plugin.request(headers(fields));
    expect(stream.filterState.size).toBe(0);
    expect(stream.routeCacheClears).toBe(0);
    expect(filter.host.metric(`${SKIPPED}.${cause}`)).toBe(before + 1);
  });

  test('leaves an upgrade its header, and every request as it was', () => {
    const { host, plugin } = filter;
    for (const fields of [{ upgrade: 'websocket', connection: 'Upgrade' }, { ':method': 'PUT' }]) {
      host.hostCalls.clear();
      const request = [...headers(fields as Record<string, string>)];
      const stream = plugin.request(request);
      expect(stream.headerMaps.get('requestHeaders')!.toArray()).toEqual(request);
      expect([stream.routeCacheClears, stream.closed]).toEqual([1, undefined]);
    }
  });

  test('is there without a sample, too, for who is in no segment', async () => {
    const { sample: _, ...withoutSample } = mirror({ users: true, segments: [STAFF] });
    const segmentsOnly = await startFilter(primary(withoutSample));
    expect(decide(segmentsOnly)).toBe('orders/users/sample');
    expect(segmentsOnly.host.metric(`${SKIPPED}.no_segment`)).toBe(1);
    expect(decide(segmentsOnly, { 'x-group': 'staff' })).toBe('orders/segment/staff');
  });

  test('is there when a budget is used up', async () => {
    const limited = await start({ budget: { copiesPerSecond: 1 } });
    limited.host.metrics.find(({ name }) => name === 'shadowplane.copies.mirror.orders.role.primary')!.value = 1n;
    expect(decide(limited, { 'x-group': 'staff' })).toBe('orders/users/segment/staff');
    expect(limited.host.metric(`${SKIPPED}.budget`)).toBe(1);
  });

  test('costs a copied request nothing, another one what a decision costs', async () => {
    const [users, plain] = [await start(), await startFilter(primary(mirror({ segments: [STAFF] })))];
    const calls = ({ host, plugin }: RunningFilter, fields: Record<string, string>) => {
      plugin.request(headers(fields)).end(); // the first one draws the random part of the ids
      host.hostCalls.clear();
      plugin.request(headers(fields)).end();
      return Object.fromEntries(host.hostCalls);
    };
    expect(calls(users, {})).toEqual(calls(plain, {}));
    const uncopied = { proxy_get_header_map_pairs: 1, proxy_increment_metric: 1 };
    expect(calls(plain, { ':method': 'PUT' })).toEqual(uncopied);
    const announced = { ...uncopied, proxy_set_property: 1, proxy_remove_header_map_value: 1 };
    expect(calls(users, { ':method': 'PUT' })).toEqual(announced);
  });
});

describe('a sticky user', () => {
  const sticky = (sharePerMillion: number, users = true, name = 'orders') =>
    startFilter(
      primary(mirror({ name, users, sticky: { cookie: 'user' }, segments: [], sample: { sharePerMillion } })),
    );
  const userOf = ({ plugin }: RunningFilter, fields: Record<string, string>) =>
    plugin.request(headers(fields)).filterState.get(USER);

  test('is told by a hash that is the same for every request, in every VM and whatever becomes of copies', async () => {
    const [none, all] = [await sticky(0), await sticky(1_000_000)];
    const hash = userOf(none, { cookie: 'user=ann' })!;
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    for (const fields of [{}, { ':method': 'POST' }, { upgrade: 'websocket' }]) {
      expect(userOf(all, { ...fields, cookie: 'user=ann' })).toBe(hash);
    }
    expect(decide(none, { cookie: 'user=ann' })).toBe('orders/users/sample');
    expect(decide(all, { cookie: 'user=ann' })).toBe('orders/sample');
    const others = new Set(Array.from({ length: 1000 }, (_, i) => userOf(all, { cookie: `user=u${i}` })));
    expect(others.size).toBe(1000);
  });

  test('of another mirror is somebody else', async () => {
    const cookie = 'user=ann';
    expect(userOf(await sticky(0, true, 'carts'), { cookie })).not.toBe(userOf(await sticky(0), { cookie }));
  });

  test('is not told without a key, for marked requests, or where nobody is moved', async () => {
    const filter = await sticky(1_000_000);
    expect(userOf(filter, {})).toBeUndefined();
    expect(decide(filter)).toBe('orders/users/sample');
    expect(userOf(filter, { cookie: 'user=' })).toBeUndefined();
    expect(userOf(filter, { cookie: 'user=ann', 'x-shadow': 'true' })).toBeUndefined();
    expect(userOf(await sticky(1_000_000, false), { cookie: 'user=ann' })).toBeUndefined();
  });
});

function selections({ host }: RunningFilter): number {
  return host.metrics
    .filter(({ name }) => name.startsWith('shadowplane.selected.'))
    .reduce((sum, { value }) => sum + Number(value), 0);
}

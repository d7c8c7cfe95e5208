import { beforeAll, describe, expect, test } from 'vitest';
import { decide, decisionOf, headers, mirror, primary, type RunningFilter, startFilter } from './testing.ts';

const SKIPPED = 'shadowplane.skipped.mirror.orders.cause';

describe('requests that are never mirrored', () => {
  let filter: RunningFilter;
  beforeAll(async () => {
    filter = await startFilter(primary(mirror({ methods: ['GET', 'POST'], maxBodyBytes: 1000 })));
  });

  const cases: Array<[string, Record<string, string>, string]> = [
    ['method', { ':method': 'PUT' }, 'method'],
    ['method in other case', { ':method': 'get' }, 'method'],
    ['WebSocket', { upgrade: 'websocket', connection: 'Upgrade' }, 'upgrade'],
    ['any other upgrade', { upgrade: 'tls' }, 'upgrade'],
    ['CONNECT', { ':method': 'CONNECT' }, 'upgrade'],
    ['extended CONNECT', { ':method': 'CONNECT', ':protocol': 'websocket' }, 'upgrade'],
    ['marked', { 'x-shadow': 'true' }, 'marked'],
    ['marked in whatever way', { 'x-shadow': '' }, 'marked'],
  ];
  test.each(cases)('%s', (_name, fields, cause) => {
    const before = filter.host.metric(`${SKIPPED}.${cause}`)!;
    expect(decide(filter, fields)).toBeUndefined();
    expect(filter.host.metric(`${SKIPPED}.${cause}`)).toBe(before + 1);
  });

  test.each([
    ['1000', true],
    ['0', true],
    ['1001', false],
    ['000001001', false],
    ['999999999999999999', false],
    ['99999999999999999999999', false],
    ['-1', false],
    ['10,10', false],
    ['', false],
  ])('content-length %j', (length, mirrored) => {
    const before = filter.host.metric(`${SKIPPED}.body_size`)!;
    const stream = filter.plugin.request(headers({ ':method': 'POST', 'content-length': length }), false);
    expect(decisionOf(stream.filterState)).toBe(mirrored ? 'orders/sample' : undefined);
    expect(filter.host.metric(`${SKIPPED}.body_size`)).toBe(before + (mirrored ? 0 : 1));
  });

  test('a body of unknown length is mirrored; the shadow side cuts it', () => {
    const stream = filter.plugin.request(headers({ ':method': 'POST' }), false);
    expect(decisionOf(stream.filterState)).toBe('orders/sample');
  });
});

describe('a decision', () => {
  test('is filter state and nothing else: the request stays as it was', async () => {
    const { host, plugin } = await startFilter(primary(mirror()));
    const stream = plugin.stream();
    const request = [...headers({ 'x-a': 'b' })];
    expect(stream.requestHeaders(request, false)).toBe(0);
    expect(stream.requestBody('body', true)).toBe(0);
    stream.end();
    expect([...stream.filterState.keys()]).toEqual(['wasm.shadowplane.id']);
    expect(stream.routeCacheClears).toBe(1);
    expect(stream.headerMaps.get('requestHeaders')!.toArray()).toEqual(request);
    const calls = [...host.hostCalls.keys()];
    expect(calls.filter((name) => /add_header|replace_header|set_header|set_buffer/.test(name))).toEqual([]);
    expect(stream.closed).toBeUndefined();
    expect(host.metric('shadowplane.selected.mirror.orders.reason.sample')).toBe(1);
  });

  test('none: no filter state is written and the route is left alone', async () => {
    const { plugin } = await startFilter(primary(mirror()));
    const stream = plugin.request(headers({ ':path': '/other' }));
    expect(stream.filterState.size).toBe(0);
    expect(stream.routeCacheClears).toBe(0);
  });

  test('has an id of its own, across VMs too', async () => {
    const ids = new Set<string>();
    for (let vm = 0; vm < 3; vm++) {
      const { plugin } = await startFilter(primary(mirror()));
      for (let i = 0; i < 300; i++) {
        const id = plugin.request(headers()).filterState.get('wasm.shadowplane.id')!;
        expect(id).toMatch(/^orders\/sample\/[0-9a-f]{36}$/);
        ids.add(id);
      }
    }
    expect(ids.size).toBe(900);
  });

  test('costs one host call for all headers, however many conditions there are, and three to announce it', async () => {
    const segments = ['a', 'b', 'c'].map((name) => ({ name, when: { header: `x-${name}`, equals: 'yes' } }));
    const { host, plugin } = await startFilter(primary(mirror({ segments })));
    plugin.request(headers()).end(); // the first one draws the random part of the ids
    host.hostCalls.clear();
    plugin.request(headers()).end();
    expect(Object.fromEntries(host.hostCalls)).toEqual({
      proxy_get_header_map_pairs: 1,
      proxy_set_property: 1,
      proxy_remove_header_map_value: 1,
      proxy_increment_metric: 1,
    });
    host.hostCalls.clear();
    plugin.request(headers({ ':path': '/elsewhere' })).end();
    expect(Object.fromEntries(host.hostCalls)).toEqual({ proxy_get_header_map_pairs: 1 });
  });
});

describe('sticky', () => {
  const sticky = (sharePerMillion: number) =>
    primary(
      mirror({
        sticky: { cookie: 'user' },
        segments: [{ name: 'all', when: { header: 'x-all', present: true }, sharePerMillion: 1_000_000 }],
        sample: { sharePerMillion },
      }),
    );
  const users = Array.from({ length: 4000 }, (_, i) => `user-${i}`);
  const selected = (filter: RunningFilter) =>
    new Set(users.filter((user) => decide(filter, { cookie: `user=${user}` }) !== undefined));

  test('selects the same users in every VM, about as many as the share says, and keeps them as it grows', async () => {
    const ten = selected(await startFilter(sticky(100_000)));
    // 99.9% of samples of 4000 at 10% lie within 400 +- 63.
    expect(Math.abs(ten.size - 400)).toBeLessThan(63);
    expect(selected(await startFilter(sticky(100_000)))).toEqual(ten);
    const thirty = selected(await startFilter(sticky(300_000)));
    expect(Math.abs(thirty.size - 1200)).toBeLessThan(96);
    expect([...ten].every((user) => thirty.has(user))).toBe(true);
  });

  test('0 is nobody, a million is everybody with a key', async () => {
    expect(selected(await startFilter(sticky(0))).size).toBe(0);
    const all = await startFilter(sticky(1_000_000));
    expect(selected(all).size).toBe(users.length);
    expect(decide(all, {})).toBeUndefined();
    expect(decide(all, { cookie: 'user=' })).toBeUndefined();
    expect(decide(all, { 'x-all': '1' })).toBeUndefined();
    expect(all.host.metric(`${SKIPPED}.sticky`)).toBe(3);
    expect(decide(all, { 'x-all': '1', cookie: 'user=7' })).toBe('orders/segment/all');
  });
});

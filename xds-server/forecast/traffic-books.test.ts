import { expect, it } from 'vitest';
import { parsePolicy } from '../policy/index.ts';
import { TrafficBooks } from './index.ts';

const POLICY = parsePolicy({
  services: {
    v1: { cluster: 'their:own', address: 'v1:80' },
    v2: { address: 'v2:80' },
    v3: { cluster: 'their:candidate', address: 'v3:80' },
  },
  mirrors: {
    orders: { match: { path: '/orders' }, primary: 'v1', shadow: 'v2', sample: '50%' },
    carts: {
      match: { path: '/carts' },
      primary: 'v1',
      shadow: 'v3',
      sample: '50%',
      rollout: { mirror: ['50%'], canary: { everyone: ['100%'] } },
    },
  },
}).policy;
const SAMPLE = 'wasmcustom.shadowplane.selected.mirror.orders.reason.sample';

function setUp() {
  const books = new TrafficBooks(() => POLICY);
  const report = (node: string, second: number, count: number) =>
    books.report({ node, atMs: second * 1_000, values: new Map([[SAMPLE, count]]) });
  const counted = () => books.counted().map(({ counters, seconds }) => [counters.get(SAMPLE), seconds]);
  return { books, report, counted };
}

it('wants what the forecast needs, of clusters of others too, and nothing else', () => {
  const { books } = setUp();
  const wanted = (name: string) => books.wants(name);
  expect(
    [
      SAMPLE,
      'wasmcustom.shadowplane.skipped.mirror.orders.cause.budget',
      'cluster.orders/candidate/v2.upstream_rq_total',
      'cluster.orders/primary/v1.upstream_cx_tx_bytes_total',
      'cluster.orders/users/v2.upstream_cx_tx_bytes_total',
      'cluster.their_candidate.upstream_rq_total',
      'cluster.their_own.upstream_rq_total',
      'cluster.their_own.upstream_cx_tx_bytes_total',
    ].every(wanted),
  ).toBe(true);
  expect(['cluster.another.upstream_rq_total', 'cluster.orders/candidate/v2.upstream_rq_active'].some(wanted)).toBe(
    false,
  );
});

it('says nothing before there is something to average, and then what has come since the first report', () => {
  const { books, report, counted } = setUp();
  report('edge-1', 100, 1_000);
  report('edge-1', 104, 1_040);
  expect([counted(), books.foresee(POLICY)]).toEqual([[], null]);
  report('edge-1', 110, 1_100);
  expect(counted()).toEqual([[100, 10]]);
  expect(books.foresee(POLICY)).toMatchObject({
    envoys: 1,
    seconds: 10,
    copies: [{ mirror: 'orders', thenPerSecond: 5 }, { mirror: 'carts' }],
  });
});

it('looks at the last ten minutes, whatever was before', () => {
  const { report, counted } = setUp();
  for (let second = 0; second <= 3_600; second += 1)
    report('edge-1', second, second < 3_000 ? 0 : (second - 3_000) * 7);
  const [[count, seconds]] = counted() as [[number, number]];
  expect(seconds).toBeGreaterThan(560);
  expect(seconds).toBeLessThanOrEqual(601);
  expect(count).toBe(4_200);
});

it('begins anew with an Envoy that restarts, and forgets one that has left', () => {
  const { books, report, counted } = setUp();
  report('edge-1', 0, 5_000);
  report('edge-1', 10, 6_000);
  report('edge-1', 20, 10);
  expect(counted()).toEqual([]);
  report('edge-1', 30, 20);
  report('edge-2', 30, 0);
  report('edge-2', 40, 50);
  expect(counted()).toEqual([
    [10, 10],
    [50, 10],
  ]);
  books.gone('edge-1');
  expect(counted()).toEqual([[50, 10]]);
});

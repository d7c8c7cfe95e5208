import { expect, it } from 'vitest';
import type { KnownLoss } from '../join/index.ts';
import { CopyBooks } from './index.ts';

const SINCE_MS = 1_000_000;

function books(maxGone = 64) {
  const losses: KnownLoss[] = [];
  const all = new CopyBooks({ sinceMs: SINCE_MS, onLoss: (loss) => losses.push(loss), maxGone });
  /** @param counts of the candidate's cluster by Envoy's names; `seen` is the filter's. */
  const report = (node: string, uptime: number, atMs: number, { seen, ...counts }: Record<string, number>) =>
    all.report({
      node,
      atMs,
      values: new Map([
        ['server.uptime', uptime],
        ...Object.entries(counts).map(([stat, value]) => [`cluster.orders/candidate/v2.${stat}`, value] as const),
        ...(seen === undefined ? [] : [['wasmcustom.shadowplane.copies.mirror.orders.role.candidate', seen] as const]),
      ]),
    });
  return { all, report, losses };
}

it('wants what it reads, and nothing else', () => {
  const { all } = books();
  const wanted = [
    'server.uptime',
    'cluster.orders/candidate/v2.upstream_rq_total',
    'cluster.orders/control/v1.upstream_rq_2xx',
    'cluster.orders/back/v1.upstream_rq_total',
    'cluster.orders/control/v1.circuit_breakers.default.rq_open',
    'wasmcustom.shadowplane.skipped.mirror.orders.cause.method',
  ];
  const others = [
    'cluster.orders/primary/v1.upstream_rq_total',
    'cluster.orders/users/v2.upstream_rq_total',
    'cluster.default/v1.upstream_rq_total',
    'cluster.orders/candidate/v2.upstream_rq_200',
    'cluster.orders/candidate/v2.external.upstream_rq_2xx',
    'server.live',
  ];
  expect([...wanted, ...others].filter((name) => all.wants(name))).toEqual(wanted);
});

it('is unknown before an Envoy has told, then what all Envoys wanted to send', () => {
  const { all, report } = books();
  expect(all.mirrored('orders')).toBeUndefined();
  report('a', 1, SINCE_MS + 5_000, { upstream_rq_total: 10, upstream_rq_pending_overflow: 2 });
  report('b', 1, SINCE_MS + 5_000, { upstream_rq_total: 5, upstream_rq_pending_failure_eject: 1 });
  expect([all.mirrored('orders'), all.mirrored('orders', 'control'), all.mirrored('other')]).toEqual([18, 0, 0]);
});

it('an Envoy that began after us counts from its start, although it may call itself a second older than it is', () => {
  const { all, report } = books();
  report('a', 1, SINCE_MS + 400, { upstream_rq_total: 10 });
  report('b', 3, SINCE_MS + 400, { upstream_rq_total: 100 });
  report('b', 4, SINCE_MS + 1_400, { upstream_rq_total: 101 });
  expect(all.mirrored('orders')).toBe(11);
});

it('an Envoy that restarts goes on, even when it has overtaken its old count by the next report', () => {
  const { all, report } = books();
  report('a', 100, SINCE_MS + 101_000, { upstream_rq_total: 10 });
  report('a', 1, SINCE_MS + 120_000, { upstream_rq_total: 15 });
  report('a', 3, SINCE_MS + 122_000, { upstream_rq_total: 16 });
  expect(all.mirrored('orders')).toBe(26);
});

it('an Envoy that restarts while it is away goes on, also when it is older by then than it was before', () => {
  const { all, report } = books();
  report('a', 10, SINCE_MS + 11_000, { upstream_rq_total: 10 });
  all.gone('a');
  report('a', 50, SINCE_MS + 101_000, { upstream_rq_total: 15 });
  expect(all.mirrored('orders')).toBe(25);
  // Away, but the same.
  all.gone('a');
  report('a', 110, SINCE_MS + 161_000, { upstream_rq_total: 18 });
  expect(all.mirrored('orders')).toBe(28);
});

it('a report that comes late is no restart', () => {
  const { all, report } = books();
  report('a', 10, SINCE_MS + 11_000, { upstream_rq_total: 10 });
  report('a', 11, SINCE_MS + 42_000, { upstream_rq_total: 11 });
  report('a', 41, SINCE_MS + 42_000, { upstream_rq_total: 12 });
  expect(all.mirrored('orders')).toBe(12);
});

it('a cluster that was removed and made again goes on', () => {
  const { all, report } = books();
  report('a', 10, SINCE_MS + 11_000, { upstream_rq_total: 10 });
  report('a', 12, SINCE_MS + 13_000, {});
  report('a', 14, SINCE_MS + 15_000, { upstream_rq_total: 12 });
  expect(all.mirrored('orders')).toBe(22);
});

it('what an Envoy had counted before this process began is not ours', () => {
  const { all, report } = books();
  report('a', 60, SINCE_MS + 2_000, { upstream_rq_total: 1_000, upstream_rq_pending_overflow: 20, seen: 1_000 });
  report('a', 62, SINCE_MS + 4_000, { upstream_rq_total: 1_007, upstream_rq_pending_overflow: 21, seen: 1_007 });
  expect(all.mirrored('orders')).toBe(8);
});

it('an Envoy that left keeps its sum, also when it is no longer shown', () => {
  const { all, report } = books(1);
  for (const node of ['a', 'b', 'c']) {
    report(node, 1, SINCE_MS + 2_000, { upstream_rq_total: 10, upstream_rq_active: 3 });
    all.gone(node);
  }
  expect(all.mirrored('orders')).toBe(30);
  expect(all.envoys('orders')).toMatchObject([{ node: 'c', connected: false, candidate: { sent: 10, active: 0 } }]);
});

it('tells of copies that were refused without a trace, once', () => {
  const { report, losses } = books();
  const refused = { upstream_rq_pending_overflow: 7, upstream_rq_active_overflow: 3 };
  report('a', 1, SINCE_MS + 2_000, { upstream_rq_total: 10, ...refused, seen: 13 });
  report('a', 3, SINCE_MS + 4_000, { upstream_rq_total: 10, ...refused, seen: 13 });
  report('a', 5, SINCE_MS + 6_000, { upstream_rq_total: 10, ...refused, upstream_cx_none_healthy: 2, seen: 13 });
  const loss = { side: 'shadow', copy: 'candidate', cause: 'not_sent', mirror: 'orders' };
  expect(losses).toEqual([
    { ...loss, count: 7 },
    { ...loss, count: 2 },
  ]);
});

it('copies back to the primary are counted apart, and of the whole they are a part', () => {
  const { all, losses } = books();
  const values = new Map([
    ['server.uptime', 1],
    ['cluster.orders/candidate/v2.upstream_rq_total', 10],
    ['wasmcustom.shadowplane.copies.mirror.orders.role.candidate', 10],
    ['cluster.orders/back/v1.upstream_rq_total', 4],
    ['cluster.orders/back/v1.upstream_rq_pending_overflow', 3],
    ['wasmcustom.shadowplane.copies.mirror.orders.role.primary', 4],
  ]);
  all.report({ node: 'a', atMs: SINCE_MS + 2_000, values });
  expect([all.mirrored('orders'), all.mirrored('orders', 'candidate'), all.mirrored('orders', 'primary')]).toEqual([
    17, 10, 7,
  ]);
  expect(all.envoys('orders')).toMatchObject([{ candidate: { sent: 10 }, primary: { sent: 4, overflow: 3 } }]);
  expect(losses).toEqual([{ side: 'shadow', copy: 'primary', cause: 'not_sent', mirror: 'orders', count: 3 }]);
});

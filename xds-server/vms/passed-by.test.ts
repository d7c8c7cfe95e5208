import { expect, it } from 'vitest';
import { PassedBy } from './passed-by.ts';

const MIRRORED = 'vhost.any.route.orders/sample.upstream_rq_total';
const PLAIN = 'vhost.any.route.orders.upstream_rq_total';
const SELECTED = 'wasmcustom.shadowplane.selected.mirror.orders.reason.sample';
const SKIPPED = 'wasmcustom.shadowplane.skipped.mirror.orders.cause.method';
const SENT = 'cluster.orders/candidate/v2.upstream_rq_total';
const WAITING = 'cluster.orders/candidate/v2.upstream_rq_pending_active';
const ARRIVED = 'wasmcustom.shadowplane.copies.mirror.orders.role.candidate';

/** Reports once a second; gives the second of the first sign, by role. */
function watch(seconds: number, valuesAt: (second: number) => Record<string, number>) {
  const passedBy = new PassedBy();
  const first: Record<string, number> = {};
  for (let second = 0; second <= seconds; second += 1) {
    const values = new Map(Object.entries(valuesAt(second)));
    for (const { role } of passedBy.report({ node: 'edge-1', atMs: second * 1_000, values })) first[role] ??= second;
  }
  return first;
}

const until = (second: number, dies: number) => Math.min(second, dies);

it('wants what it counts, and not the route of what no mirror matches', () => {
  const passedBy = new PassedBy();
  const retried = 'vhost.shop/example.route.orders/segment/staff.upstream_rq_retry';
  expect(
    [MIRRORED, PLAIN, retried, SELECTED, SKIPPED, SENT, WAITING, ARRIVED].filter((n) => !passedBy.wants(n)),
  ).toEqual([]);
  const others = [
    'vhost.any.route.default.upstream_rq_total',
    'cluster.orders/primary/v1.upstream_rq_total',
    'server.live',
  ];
  expect(others.filter((name) => passedBy.wants(name))).toEqual([]);
});

it.each([
  // Per second, and the share of it that passes the dead machine.
  { rate: 1_000, share: 1 / 2, within: 3 },
  { rate: 1_000, share: 1 / 64, within: 6 },
  { rate: 2, share: 1 / 2, within: 6 },
])(
  'a machine that takes $share of $rate a second and dies after 20 s is found $within s later',
  ({ rate, share, within }) => {
    const first = watch(40, (second) => ({
      [MIRRORED]: rate * second * 0.8,
      [PLAIN]: rate * second * 0.2,
      [SELECTED]: rate * (1 - share) * second * 0.9 + rate * share * until(second, 20) * 0.9,
      [SKIPPED]: rate * (1 - share) * second * 0.1 + rate * share * until(second, 20) * 0.1,
    }));
    expect(first.primary).toBeGreaterThan(20);
    expect(first.primary).toBeLessThanOrEqual(20 + within);
  },
);

it.each([
  [SENT, ARRIVED],
  ['cluster.orders/back/v1.upstream_rq_total', 'wasmcustom.shadowplane.copies.mirror.orders.role.primary'],
])('the same for copies: %s', (sent, arrived) => {
  const first = watch(40, (second) => ({ [sent]: 100 * second, [arrived]: 50 * second + 50 * until(second, 20) }));
  expect(first).toEqual({ shadow: expect.any(Number) });
  expect(first.shadow).toBeLessThanOrEqual(23);
});

it.each([
  [
    'counters of a report that are of different moments',
    (s: number) => ({ [PLAIN]: 9_000 * s, [SKIPPED]: 9_000 * s - (s % 2) * 250 }),
  ],
  ['retries', (s: number) => ({ [PLAIN]: 110 * s, [PLAIN.replace('total', 'retry')]: 10 * s, [SELECTED]: 100 * s })],
  [
    'users on the side of the candidate, and what is copied back',
    (s: number) => ({
      'vhost.any.route.orders/candidate/sample.upstream_rq_total': 60 * s,
      'vhost.any.route.orders/users/sample/candidate.upstream_rq_total': 30 * s,
      'vhost.any.route.orders/users/rest.upstream_rq_total': 10 * s,
      [SELECTED]: 60 * s,
      [SKIPPED]: 40 * s,
      'cluster.orders/back/v1.upstream_rq_total': 60 * s,
      'wasmcustom.shadowplane.copies.mirror.orders.role.primary': 60 * s,
    }),
  ],
  ['requests that a filter behind ours answers', (s: number) => ({ [PLAIN]: 50 * s, [SELECTED]: 100 * s })],
  ['an Envoy that restarts', (s: number) => ({ [PLAIN]: 100 * (s % 20), [SELECTED]: 100 * (s % 20) })],
  // One after the other, as a changed policy reaches routes and filter.
  [
    'a burst that the filter did not know of yet',
    (s: number) => ({ [PLAIN]: 100 * s + (s >= 20 ? 900 : 0), [SELECTED]: 100 * s }),
  ],
  ['an Envoy that has no filter', (s: number) => ({ [PLAIN]: 100 * s, [SELECTED]: 0 })],
  // Waiting copies have been seen; when the shadow is back they are sent at once.
  [
    'copies that have waited',
    (s: number) => ({ [SENT]: s < 20 ? 0 : 100 * s, [WAITING]: s < 20 ? 100 * s : 0, [ARRIVED]: 100 * s }),
  ],
  ['copies that were refused', (s: number) => ({ [SENT]: 10 * s, [ARRIVED]: 100 * s })],
])('no sign: %s', (_, valuesAt) => {
  expect(watch(60, valuesAt)).toEqual({});
});

it('begins anew when it is told to forget', () => {
  const passedBy = new PassedBy();
  const report = (second: number) =>
    passedBy.report({
      node: 'a',
      atMs: second * 1_000,
      values: new Map([
        [PLAIN, 100 * second],
        [SELECTED, 50 * second],
      ]),
    });
  for (let second = 0; second < 6; second += 1) report(second);
  expect(report(6)).toHaveLength(1);
  passedBy.forget('primary');
  expect([report(7), report(8), report(9)].flat()).toEqual([]);
});

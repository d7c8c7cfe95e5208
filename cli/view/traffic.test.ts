import { expect, it } from 'vitest';
import { COLOURED, PLAIN, visibleWidth } from '../output/style.ts';
import type { MirrorItem } from './mirror-item.ts';
import { renderTraffic, renderTrafficLines } from './render-traffic.ts';
import { readTraffic, TRAFFIC_FILTER } from './traffic.ts';

const MIRROR: MirrorItem = {
  name: 'orders',
  revision: 3,
  paused: false,
  match: { path: '/api/orders' },
  primary: 'order-v1',
  shadow: 'order-v2',
  control: 'order-v1-twin',
  segments: { employees: '100%', beta: '50%' },
  sample: '5%',
};

const COUNTERS: ReadonlyArray<readonly [string, number]> = [
  ['wasmcustom.shadowplane.selected.mirror.orders.reason.segment.segment.employees', 1_204],
  ['wasmcustom.shadowplane.selected.mirror.orders.reason.segment.segment.beta', 803],
  ['wasmcustom.shadowplane.selected.mirror.orders.reason.sample', 10_120],
  ['wasmcustom.shadowplane.skipped.mirror.orders.cause.method', 132],
  ['wasmcustom.shadowplane.skipped.mirror.orders.cause.upgrade', 0],
  ['wasmcustom.shadowplane.cut.mirror.orders.role.candidate', 2],
  ['vhost.any.route.orders/segment/employees.upstream_rq_total', 1_200],
  ['vhost.shop/example.route.orders/segment/employees.upstream_rq_total', 4],
  ['vhost.any.route.orders/segment/beta.upstream_rq_total', 412],
  ['vhost.any.route.orders/sample.upstream_rq_total', 498],
  ['vhost.any.route.orders.upstream_rq_total', 9_999],
  ['cluster.orders/candidate/order-v2.upstream_rq_total', 2_110],
  ['cluster.orders/candidate/order-v2.upstream_rq_5xx', 11],
  ['cluster.orders/candidate/order-v2.upstream_rq_max_duration_reached', 1],
  ['cluster.orders/candidate/order-v2.upstream_rq_pending_overflow', 1],
  ['cluster.orders/candidate/order-v2.upstream_rq_active_overflow', 2],
  ['cluster.orders/candidate/order-v2.upstream_cx_none_healthy', 1],
  ['cluster.orders/control/order-v1-twin.upstream_rq_total', 2_114],
  ['cluster.orders/primary/order-v1.upstream_rq_total', 12_000],
];

const TRAFFIC = readTraffic([MIRROR], new Map(COUNTERS));

it('reads what was seen, copied and sent from the counters', () => {
  expect(TRAFFIC).toEqual([
    {
      name: 'orders',
      path: '/api/orders',
      hosts: [],
      primary: 'order-v1',
      shadow: 'order-v2',
      control: 'order-v1-twin',
      paused: false,
      groups: [
        { segment: 'employees', share: '100%', seen: 1_204, copied: 1_204 },
        { segment: 'beta', share: '50%', seen: 803, copied: 412 },
        { segment: undefined, share: '5%', seen: 10_120, copied: 498 },
      ],
      receivers: [
        { service: 'order-v2', role: 'candidate', copies: 2_110, errors: 8, cut: 2, refused: 4 },
        { service: 'order-v1-twin', role: 'control', copies: 2_114, errors: 0, cut: 0, refused: 0 },
      ],
      skipped: { method: 132 },
    },
  ]);
});

it('counts a copy that failed once, as Envoy counts one that found no connection, was reset or was refused', () => {
  const errors = (...counted: ReadonlyArray<readonly [string, number]>) => {
    const counters = counted.map(
      ([name, value]) => [`cluster.orders/candidate/order-v2.upstream_${name}`, value] as const,
    );
    const { errors, refused } = readTraffic([MIRROR], new Map(counters))[0]!.receivers[0]!;
    return { errors, refused };
  };
  expect(errors(['rq_5xx', 20], ['rq_pending_failure_eject', 20], ['cx_connect_fail', 20])).toEqual({
    errors: 20,
    refused: 0,
  });
  expect(errors(['rq_5xx', 10], ['rq_rx_reset', 10])).toEqual({ errors: 10, refused: 0 });
  expect(errors(['rq_5xx', 2], ['rq_rx_reset', 3])).toEqual({ errors: 3, refused: 0 });
  expect(errors(['rq_5xx', 9], ['rq_active_overflow', 9], ['rq_max_duration_reached', 1])).toEqual({
    errors: 1,
    refused: 9,
  });
});

it('asks Envoy for every counter that it uses, and for none of the primaries', () => {
  const wanted = new RegExp(TRAFFIC_FILTER);
  const unused = ['vhost.any.route.orders.upstream_rq_total', 'cluster.orders/primary/order-v1.upstream_rq_total'];
  expect(COUNTERS.filter(([name]) => !wanted.test(name)).map(([name]) => name)).toEqual(unused);
});

const BEFORE = readTraffic([MIRROR], new Map(COUNTERS.map(([name, value]) => [name, Math.max(0, value - 10)])));

it('shows shares, figures and rates', () => {
  const lines = renderTraffic(TRAFFIC, { style: PLAIN, width: 80, before: { traffic: BEFORE, agoMs: 2_000 } });
  expect(lines.join('\n')).toBe(
    `orders  /api/orders  order-v1 -> copies to order-v2 and order-v1-twin
  who            share    seen  copied  of seen  now/s
  employees       100%   1,204   1,204   100.0%    7.0
  beta             50%     803     412    51.3%    5.0
  everyone else     5%  10,120     498     4.9%    5.0
  to                     copies  errors  cut  refused  now/s
  order-v2 candidate      2,110       8    2        4    5.0
  order-v1-twin control   2,114       0    0        0    5.0
  not considered: 132 by method`,
  );
});

it('fits every line into the width, with colours too', () => {
  const long = { ...MIRROR, primary: 'a-service-with-a-very-long-name-indeed', control: 'another-long-one-than-fits' };
  for (const width of [40, 60, 80]) {
    const lines = renderTraffic(readTraffic([long], new Map(COUNTERS)), { style: COLOURED, width });
    expect(Math.max(...lines.map(visibleWidth))).toBeLessThanOrEqual(Math.max(width, 56));
  }
});

it('shows shares alone when there are no counters, and that a mirror is paused', () => {
  const paused = readTraffic([{ ...MIRROR, paused: true }], new Map());
  const text = renderTraffic(paused, { style: PLAIN, width: 80, counted: false }).join('\n');
  expect(text).toMatch(/^orders {2}paused/);
  expect(text).not.toContain('seen');
});

it('never shows a negative rate after Envoy has started anew', () => {
  const lines = renderTraffic(BEFORE, { style: PLAIN, width: 80, before: { traffic: TRAFFIC, agoMs: 1_000 } });
  expect(lines.join('\n')).not.toMatch(/-\d/);
});

it('says so when there are no mirrors', () => {
  expect(renderTraffic([], { style: PLAIN, width: 80 })).toEqual(['There are no mirrors.']);
});

it('puts a mirror on one line for logs', () => {
  expect(renderTrafficLines(TRAFFIC)).toEqual([
    'orders: copied employees 1,204/1,204, beta 412/803, everyone else 498/10,120; sent order-v2 2,110, order-v1-twin 2,114; errors 8, cut or refused 6',
  ]);
});

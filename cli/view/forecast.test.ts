import { expect, it } from 'vitest';
import { forecast } from './forecast.ts';
import type { MirrorItem } from './mirror-item.ts';

const MIRROR: MirrorItem = {
  name: 'orders',
  revision: 1,
  paused: false,
  match: { path: '/orders' },
  primary: 'v1',
  shadow: 'v2',
  control: 'twin',
  segments: { staff: '100%', beta: '50%' },
  sample: '20%',
};
const SELECTED = 'wasmcustom.shadowplane.selected.mirror.orders.reason.';
const COUNTERS = new Map([
  [`${SELECTED}segment.segment.staff`, 100],
  [`${SELECTED}sample`, 1_000],
  ['cluster.orders/candidate/v2.upstream_rq_total', 150],
]);

it('is the traffic of each group times its share, and says whose traffic is not known', () => {
  expect(forecast([MIRROR], COUNTERS, 100)).toEqual([
    { mirror: 'orders', receiver: 'v2', role: 'candidate', nowPerSecond: 1.5, thenPerSecond: 3, unknown: ['beta'] },
    { mirror: 'orders', receiver: 'twin', role: 'control', nowPerSecond: 0, thenPerSecond: 3, unknown: ['beta'] },
  ]);
});

it('is nothing for a mirror that is paused, and unknown for one that is new', () => {
  const [paused] = forecast([{ ...MIRROR, paused: true }], COUNTERS, 100);
  expect(paused!.thenPerSecond).toBe(0);
  const [fresh] = forecast([{ ...MIRROR, name: 'new' }], COUNTERS, 100);
  expect(fresh).toMatchObject({ thenPerSecond: 0, unknown: ['everyone'] });
  expect(forecast([MIRROR], COUNTERS, 0)).toEqual([]);
});

import { expect, it } from 'vitest';
import { FORECAST_FILTER, forecast } from './forecast.ts';
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
  ['cluster.orders/primary/v1.upstream_rq_total', 2_000],
  ['cluster.orders/primary/v1.upstream_cx_tx_bytes_total', 800_000],
]);
const SIZE = { bytesPerRequest: 400, thenBytesPerSecond: 1_200 };

it('is the traffic of each group times its share, and says whose traffic is not known', () => {
  expect(forecast([MIRROR], COUNTERS, 100)).toEqual([
    {
      mirror: 'orders',
      receiver: 'v2',
      role: 'candidate',
      nowPerSecond: 1.5,
      thenPerSecond: 3,
      ...SIZE,
      unknown: ['beta'],
    },
    {
      mirror: 'orders',
      receiver: 'twin',
      role: 'control',
      nowPerSecond: 0,
      thenPerSecond: 3,
      ...SIZE,
      unknown: ['beta'],
    },
  ]);
});

it('is nothing for a mirror that is paused, and unknown for one that is new', () => {
  const [paused] = forecast([{ ...MIRROR, paused: true }], COUNTERS, 100);
  expect(paused!.thenPerSecond).toBe(0);
  const [fresh] = forecast([{ ...MIRROR, name: 'new' }], COUNTERS, 100);
  expect(fresh).toMatchObject({ thenPerSecond: 0, unknown: ['everyone'] });
  expect(forecast([MIRROR], COUNTERS, 0)).toEqual([]);
});

it('takes the size of requests from the primary, which may be a cluster of Envoy; not known before the first request', () => {
  const own = new Map([...COUNTERS, ['cluster.10.0.0.1_80.upstream_rq_total', 10]]);
  const sizes = (counters: ReadonlyMap<string, number>) => {
    const [found] = forecast([MIRROR], counters, 100, new Map([['v1', '10.0.0.1:80']]));
    return [found!.bytesPerRequest, found!.thenBytesPerSecond];
  };
  expect(sizes(own.set('cluster.10.0.0.1_80.upstream_cx_tx_bytes_total', 1_000))).toEqual([100, 300]);
  expect(sizes(COUNTERS)).toEqual([null, null]);
});

it('asks for the counters that it needs, and for few others', () => {
  const wanted = new RegExp(FORECAST_FILTER);
  expect([...COUNTERS.keys(), 'cluster.a.b.upstream_cx_tx_bytes_total'].filter((name) => !wanted.test(name))).toEqual(
    [],
  );
  expect(wanted.test('cluster.orders/primary/v1.upstream_cx_rx_bytes_total')).toBe(false);
});

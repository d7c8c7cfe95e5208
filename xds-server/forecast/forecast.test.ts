import { expect, it } from 'vitest';
import { parsePolicy } from '../policy/index.ts';
import { FORECAST_FILTER, type Forecast, forecast } from './index.ts';

function policyOf(mirror: object = {}, others: object = {}) {
  const orders = {
    match: { path: '/orders' },
    primary: 'v1',
    shadow: 'v2',
    control: 'twin',
    segments: { staff: '100%', beta: '50%' },
    sample: '20%',
    ...mirror,
  };
  return parsePolicy({
    services: { v1: { address: 'v1:80' }, v2: { address: 'v2:80' }, twin: { address: 'twin:80' } },
    segments: { staff: { header: 'x-staff', present: true }, beta: { cookie: 'plan', equals: 'beta' } },
    mirrors: { orders },
    ...others,
  }).policy;
}

const SELECTED = 'wasmcustom.shadowplane.selected.mirror.orders.reason.';
const SKIPPED = 'wasmcustom.shadowplane.skipped.mirror.orders.cause.';
const counted = (more: Readonly<Record<string, number>> = {}, seconds = 100) => ({
  seconds,
  counters: new Map(
    Object.entries({
      [`${SELECTED}segment.segment.staff`]: 100,
      [`${SELECTED}sample`]: 1_000,
      'cluster.orders/candidate/v2.upstream_rq_total': 150,
      'cluster.orders/primary/v1.upstream_rq_total': 2_000,
      'cluster.orders/primary/v1.upstream_cx_tx_bytes_total': 800_000,
      ...more,
    }),
  ),
});
const first = (...of: Parameters<typeof forecast>): Forecast => forecast(...of)[0]!;

it('is the traffic of each group times its share, and says whose traffic is not known', () => {
  const common = {
    mirror: 'orders',
    thenPerSecond: 3,
    askedPerSecond: 3,
    heldBackBy: [],
    bytesPerRequest: 400,
    thenBytesPerSecond: 1_200,
    unknown: ['beta'],
  };
  expect(forecast(policyOf(), [counted()])).toEqual([
    { ...common, receiver: 'v2', role: 'candidate', nowPerSecond: 1.5 },
    { ...common, receiver: 'twin', role: 'control', nowPerSecond: 0 },
  ]);
});

it('adds up what Envoys have counted, each in its time', () => {
  const other = counted({ 'cluster.orders/candidate/v2.upstream_rq_total': 10, [`${SELECTED}sample`]: 500 }, 10);
  expect(first(policyOf(), [counted(), other])).toMatchObject({ nowPerSecond: 2.5, thenPerSecond: 3 + 20 });
});

it.each([
  ['copies', { copiesPerSecond: 2 }, 2, ['copiesPerSecond']],
  ['bytes', { bytesPerSecond: '1000B' }, 2.5, ['bytesPerSecond']],
  ['the smaller of both', { copiesPerSecond: 1, bytesPerSecond: '1000B' }, 1, ['copiesPerSecond']],
  ['more than is asked for', { copiesPerSecond: 1_000, bytesPerSecond: '1MiB' }, 3, []],
])('a budget holds back: %s', (_, limits, thenPerSecond, heldBackBy) => {
  expect(first(policyOf({ limits }), [counted()])).toMatchObject({
    askedPerSecond: 3,
    thenPerSecond,
    thenBytesPerSecond: thenPerSecond * 400,
    heldBackBy,
  });
});

it('each Envoy has a budget of its own', () => {
  const limits = { copiesPerSecond: 2 };
  const idle = counted({ [`${SELECTED}segment.segment.staff`]: 100, [`${SELECTED}sample`]: 0 });
  expect(first(policyOf({ limits }), [counted(), idle, counted()])).toMatchObject({ thenPerSecond: 5 });
});

it('what a budget holds back now asks too, and so do those who are in no sticky share', () => {
  expect(first(policyOf(), [counted({ [`${SKIPPED}budget`]: 1_100 })])).toMatchObject({ askedPerSecond: 6 });
  const sticky = counted({ [`${SKIPPED}sticky`]: 3_300 });
  expect(first(policyOf(), [sticky])).toMatchObject({ askedPerSecond: 3 });
  expect(first(policyOf({ sticky: { cookie: 'session' } }), [sticky])).toMatchObject({ askedPerSecond: 12 });
});

it('is nothing for a mirror that is paused or off, and unknown for one that is new', () => {
  expect(first(policyOf({ paused: true }), [counted()])).toMatchObject({ thenPerSecond: 0, askedPerSecond: 0 });
  expect(first(policyOf({}, { mirroring: 'off' }), [counted()]).thenPerSecond).toBe(0);
  const nothing = { seconds: 100, counters: new Map<string, number>() };
  expect(first(policyOf(), [nothing])).toMatchObject({ thenPerSecond: 0, unknown: ['everyone'] });
  expect(forecast(policyOf(), [{ ...counted(), seconds: 0 }])).toEqual([]);
});

it('takes the size of requests from the primary, which may be a cluster of Envoy; not known before the first request', () => {
  const services = { v1: { cluster: '10.0.0.1:80' }, v2: { address: 'v2:80' }, twin: { address: 'twin:80' } };
  const policy = policyOf({}, { services });
  const own = counted({
    'cluster.10.0.0.1_80.upstream_rq_total': 10,
    'cluster.10.0.0.1_80.upstream_cx_tx_bytes_total': 1_000,
  });
  const sizes = ({ bytesPerRequest, thenBytesPerSecond }: Forecast) => [bytesPerRequest, thenBytesPerSecond];
  expect(sizes(first(policy, [own]))).toEqual([100, 300]);
  expect(sizes(first(policy, [counted()]))).toEqual([null, null]);
});

it('asks for the counters that it needs, and for few others', () => {
  const wanted = new RegExp(FORECAST_FILTER);
  const names = [...counted({ [`${SKIPPED}budget`]: 1 }).counters.keys(), 'cluster.a.b.upstream_cx_tx_bytes_total'];
  expect(names.filter((name) => !wanted.test(name))).toEqual([]);
  expect(wanted.test('cluster.orders/primary/v1.upstream_cx_rx_bytes_total')).toBe(false);
});

it('a request is as large as those that users have sent, whichever version answers them', () => {
  const rollout = { mirror: ['100%'], canary: { everyone: ['100%'] } };
  const moved = counted({
    'cluster.orders/primary/v1.upstream_rq_total': 0,
    'cluster.orders/primary/v1.upstream_cx_tx_bytes_total': 0,
    'cluster.orders/users/v2.upstream_rq_total': 1_000,
    'cluster.orders/users/v2.upstream_cx_tx_bytes_total': 500_000,
  });
  const policy = policyOf({ rollout, segments: {} });
  expect(first(policy, [moved]).bytesPerRequest).toBe(500);
  expect(first(policy, [moved, counted()]).bytesPerRequest).toBeCloseTo(1_300_000 / 3_000);
});

import { expect, it } from 'vitest';
import type { LatencyInput } from './index.ts';
import { reportLatency } from './index.ts';
import { cell, epoch } from './testing.ts';

const SAMPLE = { reason: 'sample' } as const;
const employees = { reason: 'segment', segment: 'employees' } as const;

function latencies(
  ms: { primary: number[]; candidate: number[]; control?: number[] },
  more: Partial<LatencyInput> = {},
) {
  const { primary, candidate, control = primary.map(() => Number.NaN) } = ms;
  return {
    endpoint: 'GET /orders/{id}',
    stratum: SAMPLE,
    controlled: true,
    seen: primary.length,
    ms: {
      primary: Float32Array.from(primary),
      candidate: Float32Array.from(candidate),
      control: Float32Array.from(control),
    },
    ...more,
  };
}

const upTo = (count: number, of: (index: number) => number) => Array.from({ length: count }, (_, index) => of(index));
const errors = (candidate: number, primary = 0) => ({
  primary: { clientErrors: 0, serverErrors: primary },
  candidate: { clientErrors: 3, serverErrors: candidate },
  control: { clientErrors: 0, serverErrors: primary },
});

it('says how much slower the candidate is, and how sure that is', () => {
  const primary = upTo(100, (index) => 10 + index / 10);
  // The listener adds to what the primary takes, not to what the copies take.
  const control = primary.map((ms) => ms - 3);
  const candidate = control.map((ms) => ms + 5);
  const [all, item] = reportLatency(epoch([cell(100, [])]), [latencies({ primary, candidate, control })]);
  expect(all).toMatchObject({ endpoint: '*', shift: item!.shift });
  expect(item!.shift!.ms).toBeCloseTo(5, 1);
  expect(item!.shift!.lowMs).toBeGreaterThan(4);
  expect(item!.shift!.highMs).toBeLessThan(6);
  expect(item!.shift!.pValue).toBeLessThan(0.001);
  expect(item!.shift!.against).toBe('control');
  expect(item!.arms.primary).toMatchObject({ count: 100, p50Ms: 15, errors: 0 });
  expect(item!.arms.candidate.p90Ms).toBeCloseTo(21, 5);
  expect(item!.arms.control!.p99Ms).toBeCloseTo(16.9, 5);
  const uncontrolled = epoch([cell(100, [], { controlled: false })]);
  const [, other] = reportLatency(uncontrolled, [latencies({ primary, candidate }, { controlled: false })]);
  expect(other!.shift).toMatchObject({ against: 'primary', ms: expect.closeTo(2, 1) });
});

it('compares shares of errors, with the interval', () => {
  const [, item] = reportLatency(epoch([cell(1_000, [], { errors: errors(40, 10) })]), []);
  expect(item!.arms.candidate).toMatchObject({ errors: 40, clientErrors: 3, p50Ms: null });
  expect(item!.errors!.difference).toBeCloseTo(0.03);
  expect(item!.errors!.low).toBeGreaterThan(0.01);
  expect(item!.errors!.high).toBeLessThan(0.05);
});

it('says nothing of a shift with a handful of pairs, nor of a control that never answered', () => {
  const few = latencies({ primary: [1, 2, 3], candidate: [2, 3, 4] }, { controlled: false });
  const [, item] = reportLatency(epoch([cell(3, [], { controlled: false })]), [few]);
  expect(item).toMatchObject({ shift: null, errors: { difference: 0 } });
  expect(item!.arms.control).toBeUndefined();
});

it('strata are apart, and each counts by its pairs and not by what was kept of it', () => {
  const cells = [cell(9_000, []), cell(1_000, [], { stratum: employees })];
  const slow = upTo(500, () => 100);
  const fast = upTo(500, () => 10);
  const [all, item] = reportLatency(epoch(cells), [
    latencies({ primary: fast, candidate: fast }, { seen: 9_000 }),
    latencies({ primary: slow, candidate: slow }, { seen: 1_000, stratum: employees }),
  ]);
  expect(
    item!.strata.map(({ reason, segment, arms }) => [reason, segment, arms.primary.count, arms.primary.p50Ms]),
  ).toEqual([
    ['sample', undefined, 9_000, 10],
    ['segment', 'employees', 1_000, 100],
  ]);
  // A tenth is slow: the 90th percentile is where it begins.
  expect([all!.arms.primary.p50Ms, all!.arms.primary.p99Ms]).toEqual([10, 100]);
});

it("Envoy's own answers are counted apart, in their strata, and one endpoint can be asked for", () => {
  const own = { endpoint: 'GET /' };
  const cells = [cell(100, []), cell(50, [], own), cell(30, [], { ...own, stratum: employees })];
  const counts = (primary: number) => ({ primary, candidate: 0, control: 0 });
  const localReplies = [
    { ...own, stratum: SAMPLE, counts: counts(2) },
    { ...own, stratum: employees, counts: counts(4) },
    { endpoint: 'GET /gone', stratum: SAMPLE, counts: counts(1) },
  ];
  const items = reportLatency(epoch(cells, { localReplies }), [], 'GET /');
  expect(items.map(({ endpoint, arms }) => [endpoint, arms.primary.count, arms.primary.localReplies])).toEqual([
    ['*', 180, 7],
    ['GET /', 80, 6],
  ]);
  const repliesOf = ({ strata }: (typeof items)[number]) =>
    strata.map(({ reason, arms }) => [reason, arms.primary.localReplies, arms.candidate.localReplies]);
  expect(items.map(repliesOf)).toEqual([
    [
      ['sample', 3, 0],
      ['segment', 4, 0],
    ],
    [
      ['sample', 2, 0],
      ['segment', 4, 0],
    ],
  ]);
  expect(reportLatency(epoch([]), [])).toEqual([]);
});

it("Envoy's own answers of which an earlier version kept no stratum count in the whole only", () => {
  const localReplies = [
    { endpoint: 'GET /', counts: { primary: 2, candidate: 0, control: 0 } },
    { endpoint: 'GET /', stratum: SAMPLE, counts: { primary: 3, candidate: 0, control: 0 } },
  ];
  const [, item] = reportLatency(epoch([cell(50, [], { endpoint: 'GET /' })], { localReplies }), []);
  expect(item!.arms.primary.localReplies).toBe(5);
  expect(item!.strata[0]!.arms.primary.localReplies).toBeNull();
});

import { describe, expect, it } from 'vitest';
import type { Histogram } from '../stats/index.ts';
import { addHistograms, countUpTo, EMPTY, quantile } from './histograms.ts';
import { type Arm, findWorse } from './worse.ts';

const BOUNDS = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000];

/** As Envoy counts them: cumulative. */
function histogram(values: readonly number[]): Histogram {
  return {
    count: values.length,
    buckets: BOUNDS.map((upTo) => ({ upTo, count: values.filter((value) => value <= upTo).length })),
  };
}

/** So many requests; of a thousand `slow` take 300 ms, `failed` fail. */
function arm(requests: number, { slow = 10, failed = 0 } = {}): Arm {
  const values = Array.from({ length: requests }, (_, index) => (index % 1_000 < slow ? 300 : 8));
  return { requests, errors: Math.round((requests * failed) / 1_000), latency: histogram(values) };
}

describe('histograms', () => {
  const some = histogram([2, 3, 7, 30]);

  it('add up', () => {
    expect(addHistograms(some, histogram([2, 60]))).toEqual(histogram([2, 3, 7, 30, 2, 60]));
    expect([addHistograms(EMPTY, some), addHistograms(some, EMPTY)]).toEqual([some, some]);
  });

  it('say how many were at most so large, also between two bounds', () => {
    expect([countUpTo(some, 5), countUpTo(some, 50), countUpTo(some, 7.5), countUpTo(EMPTY, 5)]).toEqual([
      2, 4, 2.5, 0,
    ]);
  });

  it('say where a share of them ends', () => {
    expect([quantile(some, 0.5), quantile(some, 0.75), quantile(EMPTY, 0.5)]).toEqual([5, 10, undefined]);
    expect(quantile(histogram([5_000]), 0.99)).toBeUndefined();
  });
});

describe('worse', () => {
  const bounds = { latencyIncrease: 0.1, errorIncrease: 0.005 };

  it.each([
    ['the same', arm(5_000), arm(5_000)],
    ['better', arm(5_000, { slow: 0 }), arm(5_000, { slow: 30, failed: 20 })],
    ['a little slower, by chance', arm(2_000, { slow: 12 }), arm(2_000, { slow: 9 })],
    ['too few to tell', arm(300, { slow: 500, failed: 500 }), arm(5_000)],
    ['too few others', arm(5_000, { slow: 500, failed: 500 }), arm(300)],
    ['more failures, within the bound', arm(50_000, { failed: 4 }), arm(50_000)],
    ['more failures, by chance', arm(600, { failed: 8 }), arm(600)],
    ['nothing at all', arm(0), arm(0)],
  ])('not: %s', (_, copied, others) => {
    expect(findWorse(bounds, copied, others)).toBeUndefined();
  });

  it('slower', () => {
    expect(findWorse(bounds, arm(5_000, { slow: 40 }), arm(5_000, { slow: 5 }))).toEqual({
      what: 'latency',
      reason: expect.stringMatching(
        /^the 99th percentile of requests that are copied is \d+ ms, of others like them 10 ms; the bound is 15 ms$/,
      ),
    });
  });

  it('slower, but within the bound', () => {
    const wide = { ...bounds, latencyIncrease: 50 };
    expect(findWorse(wide, arm(5_000, { slow: 40 }), arm(5_000, { slow: 5 }))).toBeUndefined();
  });

  it('failing more', () => {
    expect(findWorse(bounds, arm(5_000, { failed: 30 }), arm(5_000, { failed: 5 }))).toEqual({
      what: 'errors',
      reason: 'of requests that are copied 3.00% fail, of others like them 0.50%; the bound is 0.50% more',
    });
  });
});

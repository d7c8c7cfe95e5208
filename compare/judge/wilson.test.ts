import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trialsForMargin, wilsonInterval } from './wilson.ts';

test('the examples of Newcombe 1998 (single proportion, method 3)', () => {
  for (const [hits, trials, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const interval = wilsonInterval(hits, trials, 0.95);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  }
});

test('without trials everything is possible', () => {
  expect(wilsonInterval(0, 0, 0.95)).toEqual({ rate: 0, low: 0, high: 1 });
});

test('the interval holds the share and narrows with confidence', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.integer({ min: 1, max: 1_000 }), (hits, trials) => {
      fc.pre(hits <= trials);
      const wide = wilsonInterval(hits, trials, 0.99);
      const narrow = wilsonInterval(hits, trials, 0.9);
      expect(wide.low).toBeLessThanOrEqual(narrow.low);
      expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
      expect(narrow.low).toBeLessThanOrEqual(narrow.rate);
      expect(narrow.high).toBeGreaterThanOrEqual(narrow.rate);
    }),
  );
});

test('765 pairs without a difference say that at most 0.5% differ, 764 do not', () => {
  expect(trialsForMargin(0, 0.005, 0.95)).toBe(765);
  expect(wilsonInterval(0, 765, 0.95).high).toBeLessThanOrEqual(0.005);
  expect(wilsonInterval(0, 764, 0.95).high).toBeGreaterThan(0.005);
  expect(trialsForMargin(0.005, 0.005, 0.95)).toBe(Number.POSITIVE_INFINITY);
});

test('so many trials at that share are enough, and one less is not', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.04, noNaN: true }), (rate) => {
      const trials = trialsForMargin(rate, 0.05, 0.95);
      expect(wilsonInterval(rate * trials, trials, 0.95).high).toBeLessThanOrEqual(0.05 + 1e-12);
      expect(wilsonInterval(rate * (trials - 1), trials - 1, 0.95).high).toBeGreaterThan(0.05 - 1e-12);
    }),
  );
});

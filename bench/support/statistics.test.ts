import { expect, test } from 'vitest';
import { seededRandom, shuffled } from './random.ts';
import { median, medianEstimate, pairedDifference, pairedRatio, percentile, spread } from './statistics.ts';

test('percentile interpolates between the closest ranks, whatever the order of the input', () => {
  expect(percentile([4, 1, 3, 2], 0)).toBe(1);
  expect(percentile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(percentile([10, 20, 30, 40, 50], 0.9)).toBeCloseTo(46);
  expect(percentile([4, 1, 3, 2], 1)).toBe(4);
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});

test('spread keeps the extremes that the median hides', () => {
  expect(spread([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 });
});

test('a paired difference does not see what drifts between rounds', () => {
  const baseline = [10, 50, 30, 20, 90, 40];
  const difference = pairedDifference(
    baseline.map((value) => value + 3),
    baseline,
  );
  expect(difference).toEqual({ value: 3, low: 3, high: 3 });
  expect(pairedRatio([2, 4], [1, 2])).toEqual({ value: 2, low: 2, high: 2 });
  expect(() => pairedDifference([1], [1, 2])).toThrow(RangeError);
});

test('the 95% interval holds the true median in about 95% of repetitions', () => {
  const random = seededRandom(42);
  let covered = 0;
  const repetitions = 60;
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const sample = Array.from({ length: 15 }, () => random() + random() - 1);
    const { low, high, value } = medianEstimate(sample, random);
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
    if (low <= 0 && high >= 0) covered += 1;
  }
  expect(covered / repetitions).toBeGreaterThan(0.85);
});

test('the same seed gives the same shuffle, another seed another', () => {
  const items = Array.from({ length: 20 }, (_, index) => index);
  expect(shuffled(items, seededRandom(7))).toEqual(shuffled(items, seededRandom(7)));
  expect(shuffled(items, seededRandom(7))).not.toEqual(shuffled(items, seededRandom(8)));
  expect(shuffled(items, seededRandom(7)).toSorted((a, b) => a - b)).toEqual(items);
  const lastOf = (seed: number) => shuffled([1, 2, 3], seededRandom(seed)).at(-1);
  const lasts = Array.from({ length: 300 }, (_, seed) => lastOf(seed));
  for (const item of [1, 2, 3]) expect(lasts.filter((last) => last === item).length).toBeGreaterThan(60);
  expect(median(Array.from({ length: 2001 }, seededRandom(3)))).toBeCloseTo(0.5, 1);
});

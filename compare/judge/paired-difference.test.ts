import { expect, test } from 'vitest';
import { pairedDifference, pairsForMargin } from './paired-difference.ts';

test('approval ratings of Agresti, Categorical Data Analysis, 10.1: 150 and 86 of 1,600 changed their mind', () => {
  const interval = pairedDifference(150, 86, 1_600, 0.95);
  expect(interval.rate).toBeCloseTo(0.04, 12);
  expect(interval.low).toBeCloseTo(0.021, 3);
  expect(interval.high).toBeCloseTo(0.059, 3);
});

test('no pairs, no knowledge', () => {
  expect(pairedDifference(0, 0, 0, 0.95)).toEqual({ rate: 0, low: -1, high: 1 });
});

test('so many pairs bring the upper end to the margin, and one less does not', () => {
  const needed = pairsForMargin(6, 5, 1_000, 0.005, 0.95);
  const at = (pairs: number) => pairedDifference((6 / 1_000) * pairs, (5 / 1_000) * pairs, pairs, 0.95).high;
  expect(at(needed)).toBeLessThanOrEqual(0.005);
  expect(at(needed - 1)).toBeGreaterThan(0.005);
  expect(pairsForMargin(20, 5, 1_000, 0.005, 0.95)).toBe(Number.POSITIVE_INFINITY);
});

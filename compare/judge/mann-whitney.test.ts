import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mannWhitney } from './mann-whitney.ts';
import { normalUpperTail } from './normal.ts';

/** Permeability of the chorioamnion at term and at 12 to 26 weeks: Hollander and Wolfe, table 4.1. */
const AT_TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLY = [1.15, 0.88, 0.9, 0.74, 1.21];

const sample = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 25 });

test('the example of Hollander and Wolfe: U = 35, one-sided p = 0.1103 by the normal approximation', () => {
  const result = mannWhitney(EARLY, AT_TERM, 0.95);
  expect(result.u).toBe(35);
  expect(result.pValue / 2).toBeCloseTo(0.1103, 4);
  expect(result.shift).toBeCloseTo(0.305, 3);
});

test('ties narrow the variance (Hollander, Wolfe and Chicken, 4.13)', () => {
  const { u, pValue } = mannWhitney([1, 2, 2, 3], [2, 3, 3, 4], 0.95);
  expect(u).toBe(13);
  // Two groups of three equal values among eight: 2 (3^3 - 3) = 48.
  expect(pValue).toBeCloseTo(2 * normalUpperTail(5 / Math.sqrt((16 / 12) * (9 - 48 / 56))), 9);
});

test('shift and ends are those of all differences written down', () => {
  fc.assert(
    fc.property(sample, sample, (first, second) => {
      const differences = first.flatMap((one) => second.map((two) => two - one)).sort((a, b) => a - b);
      const middle = (differences.length - 1) / 2;
      const result = mannWhitney(first, second, 0.95);
      expect(result.shift).toBeCloseTo((differences[Math.floor(middle)]! + differences[Math.ceil(middle)]!) / 2, 9);
      expect(differences).toContain(result.low);
      expect(differences).toContain(result.high);
      expect(result.u).toBe(
        differences.filter((one) => one > 0).length + differences.filter((one) => one === 0).length / 2,
      );
    }),
  );
});

test('slower by a constant: the shift is that constant, and its interval says so', () => {
  const first = Array.from({ length: 400 }, (_, index) => ((index * 7_919) % 400) / 10);
  const result = mannWhitney(
    first,
    first.map((value) => value + 12),
    0.95,
  );
  expect(result.shift).toBeCloseTo(12, 9);
  expect(result.low).toBeGreaterThan(9);
  expect(result.low).toBeLessThan(12);
  expect(result.high).toBeLessThan(15);
  expect(result.pValue).toBeLessThan(1e-12);
});

test('all values equal: no shift, no finding', () => {
  expect(mannWhitney([5, 5, 5], [5, 5], 0.95)).toEqual({ u: 3, pValue: 1, shift: 0, low: 0, high: 0 });
});

test('nothing against something is refused', () => {
  expect(() => mannWhitney([], [1], 0.95)).toThrow(RangeError);
});

import { expect, test } from 'vitest';
import { mcnemarExact } from './mcnemar.ts';

test('9 against 2: the example of the R package exact2x2 (two-sided 0.06543)', () => {
  expect(2 * mcnemarExact(9, 2)).toBeCloseTo(0.065_43, 5);
});

test('only at the candidate: each halves the probability', () => {
  expect(mcnemarExact(5, 0)).toBeCloseTo(1 / 32, 12);
  expect(mcnemarExact(0, 5)).toBe(1);
  expect(mcnemarExact(0, 0)).toBe(1);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { benjaminiHochberg } from './benjamini-hochberg.ts';

test('the example of the paper: 15 comparisons, four of them findings at 5%', () => {
  const pValues = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  expect(benjaminiHochberg(pValues).map((rate) => rate <= 0.05)).toEqual(pValues.map((_, index) => index < 4));
});

test('a rate is never below its p-value, and follows the order of the p-values', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (pValues) => {
      const rates = benjaminiHochberg(pValues);
      rates.forEach((rate, index) => {
        expect(rate).toBeGreaterThanOrEqual(pValues[index]! * (1 - 1e-12));
        rates.forEach((other, at) => {
          if (pValues[at]! > pValues[index]!) expect(other).toBeGreaterThanOrEqual(rate);
        });
      });
    }),
  );
});

import { describe, expect, test } from 'vitest';
import { isInternational, shippingCentsV1, shippingCentsV2 } from './shipping.ts';

describe('shipping', () => {
  test.each([
    ['DE', 800, 490],
    ['DE', 5000, 490],
    ['DE', 5001, 580],
    ['FR', 800, 1110],
    ['FR', 2001, 1350],
  ])('both versions charge %s, %i g: %i cents', (country, grams, cents) => {
    expect(shippingCentsV1(country, grams)).toBe(cents);
    expect(shippingCentsV2(country, grams)).toBe(cents);
  });

  test.each([
    [420, 2450, 1800],
    [1350, 3750, 3100],
    [1501, 4400, 3100],
  ])('difference international-shipping: %i g cost %i in v1 and only %i in v2', (grams, v1, v2) => {
    expect(shippingCentsV1('US', grams)).toBe(v1);
    expect(shippingCentsV2('US', grams)).toBe(v2);
  });

  test('whole kilograms hide the bug, which is why tests with round weights passed', () => {
    expect(shippingCentsV2('US', 2000)).toBe(shippingCentsV1('US', 2000));
  });

  test('leaving the EU is what counts as international', () => {
    expect(['DE', 'FR', 'CH', 'US'].map(isInternational)).toEqual([false, false, true, true]);
  });
});

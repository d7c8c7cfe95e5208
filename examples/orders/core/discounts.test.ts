import { describe, expect, test } from 'vitest';
import { discountsOf, orderDiscountsV1, orderDiscountsV2 } from './discounts.ts';

describe('discounts', () => {
  test('each coupon counts once, unknown ones and unmet conditions not at all', () => {
    expect(discountsOf(['WELCOME10', 'WELCOME10', 'NOPE', 'SPRING5', 'BUNDLE3'], 4999, 1)).toEqual([
      { code: 'WELCOME10', cents: 500 },
    ]);
    expect(discountsOf(['SPRING5', 'BUNDLE3'], 5000, 2)).toEqual([
      { code: 'SPRING5', cents: 500 },
      { code: 'BUNDLE3', cents: 150 },
    ]);
  });

  test('difference discount-order: v1 by amount, v2 by code', () => {
    const discounts = discountsOf(['BUNDLE3', 'WELCOME10'], 6000, 3);
    expect(orderDiscountsV1(discounts).map(({ code }) => code)).toEqual(['WELCOME10', 'BUNDLE3']);
    expect(orderDiscountsV2(discounts).map(({ code }) => code)).toEqual(['BUNDLE3', 'WELCOME10']);
  });

  test('a single discount looks the same', () => {
    const discounts = discountsOf(['WELCOME10'], 6000, 3);
    expect(orderDiscountsV2(discounts)).toEqual(orderDiscountsV1(discounts));
  });
});

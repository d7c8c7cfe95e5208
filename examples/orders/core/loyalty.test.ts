import { describe, expect, test } from 'vitest';
import { redemptionCents, taxCentsV1, taxCentsV2 } from './loyalty.ts';

describe('loyalty', () => {
  test('points are worth a cent each, up to half of the goods', () => {
    expect(redemptionCents(500, 4000)).toBe(500);
    expect(redemptionCents(5000, 4001)).toBe(2000);
  });

  test('difference loyalty-total: v2 taxes what was paid with points', () => {
    const redeemed = { goodsCents: 4000, redemptionCents: 1000, taxPercent: 19 };
    expect(taxCentsV1(redeemed)).toBe(570);
    expect(taxCentsV2(redeemed)).toBe(760);
  });

  test('without a redemption both versions tax alike', () => {
    const plain = { goodsCents: 4003, redemptionCents: 0, taxPercent: 19 };
    expect(taxCentsV1(plain)).toBe(761);
    expect(taxCentsV2(plain)).toBe(761);
  });
});

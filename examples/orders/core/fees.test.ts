import { describe, expect, test } from 'vitest';
import { feeTenThousandthsV1, feeTenThousandthsV2 } from './fees.ts';

describe('fees', () => {
  test('difference fee-rounding: 12.75 EUR make 0.16065 EUR, exactly between; v1 takes the even side, v2 goes up', () => {
    expect(feeTenThousandthsV1(1275)).toBe(1606);
    expect(feeTenThousandthsV2(1275)).toBe(1607);
  });

  test('a tie below an odd number goes up in both', () => {
    expect(feeTenThousandthsV1(1325)).toBe(1670);
    expect(feeTenThousandthsV2(1325)).toBe(1670);
    expect(feeTenThousandthsV1(1225)).toBe(1544);
    expect(feeTenThousandthsV2(1225)).toBe(1544);
  });

  test('the versions differ on one amount in a hundred, by one ten-thousandth', () => {
    const amounts = Array.from({ length: 10_000 }, (_, cents) => cents);
    const gaps = amounts.map((cents) => feeTenThousandthsV2(cents) - feeTenThousandthsV1(cents)).filter(Boolean);
    expect(gaps).toHaveLength(100);
    expect(new Set(gaps)).toEqual(new Set([1]));
  });
});

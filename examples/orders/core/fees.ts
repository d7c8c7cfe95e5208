/**
 * The payment provider's fee: 1.26% of the goods for cards, kept in ten-thousandths of a euro.
 *
 * Difference `fee-rounding`, benign: a fee that falls exactly between two ten-thousandths goes to the even one in v1 and
 * up in v2. Both are whole-number arithmetic, so nothing but the rule differs.
 */
const RATE_HUNDREDTHS_OF_PERCENT = 126;

export function feeTenThousandthsV1(goodsCents: number): number {
  const { whole, rest } = fee(goodsCents);
  if (rest === 50) return whole + (whole % 2);
  return rest > 50 ? whole + 1 : whole;
}

export function feeTenThousandthsV2(goodsCents: number): number {
  const { whole, rest } = fee(goodsCents);
  return rest >= 50 ? whole + 1 : whole;
}

/** One cent is a hundred ten-thousandths of a euro, so 1.26% of a cent is 1.26 of them: hundredths are left over. */
function fee(goodsCents: number): { whole: number; rest: number } {
  const hundredths = goodsCents * RATE_HUNDREDTHS_OF_PERCENT;
  return { whole: Math.floor(hundredths / 100), rest: hundredths % 100 };
}

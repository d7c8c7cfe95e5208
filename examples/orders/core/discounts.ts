import type { Discount } from '../domain.ts';

/**
 * Coupons to discounts.
 *
 * Difference `discount-order`, benign: v1 lists the largest discount first, v2 sorts by code. Seen only where an order
 * has two or more discounts.
 */
export function discountsOf(codes: readonly string[], subtotalCents: number, lineCount: number): Discount[] {
  const discounts: Discount[] = [];
  for (const code of new Set(codes)) {
    const cents = discountCents(code, subtotalCents, lineCount);
    if (cents > 0) discounts.push({ code, cents });
  }
  return discounts;
}

/** The coupon codes that mean something; others are ignored. */
export const COUPONS: readonly [string, ...string[]] = ['BUNDLE3', 'SPRING5', 'WELCOME10'];

function discountCents(code: string, subtotalCents: number, lineCount: number): number {
  if (code === 'WELCOME10') return Math.round(subtotalCents / 10);
  if (code === 'SPRING5') return subtotalCents >= 5000 ? 500 : 0;
  if (code === 'BUNDLE3') return lineCount >= 2 ? Math.round((subtotalCents * 3) / 100) : 0;
  return 0;
}

export function orderDiscountsV1(discounts: readonly Discount[]): Discount[] {
  return [...discounts].sort((a, b) => b.cents - a.cents || compareText(a.code, b.code));
}

export function orderDiscountsV2(discounts: readonly Discount[]): Discount[] {
  return [...discounts].sort((a, b) => compareText(a.code, b.code));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

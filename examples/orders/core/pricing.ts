import { findProduct } from '../catalogue.ts';
import type { OrderRequest, PricedOrder } from '../domain.ts';
import { discountsOf } from './discounts.ts';
import { redemptionCents, type TaxInput } from './loyalty.ts';

/** The parts of pricing in which the versions differ. */
export interface PricingRules {
  taxCents(input: TaxInput): number;
  shippingCents(country: string, grams: number): number;
  feeTenThousandths(goodsCents: number): number;
}

const TAX_PERCENT: Readonly<Record<string, number>> = {
  AT: 20,
  BE: 21,
  DE: 19,
  DK: 25,
  ES: 21,
  FR: 20,
  IT: 22,
  NL: 21,
  PL: 23,
  SE: 25,
};

/** Prices a valid order: goods, less discounts, less points, plus tax (exports are untaxed), plus shipping. */
export function price(order: OrderRequest, rules: PricingRules): PricedOrder {
  let subtotalCents = 0;
  let grams = 0;
  const lines = order.lines.map(({ sku, quantity }) => {
    const product = findProduct(sku);
    if (!product) throw new TypeError(`${sku} is not a product; only valid orders can be priced`);
    const cents = product.unitCents * quantity;
    subtotalCents += cents;
    grams += product.grams * quantity;
    return { sku, name: product.name, quantity, unitCents: product.unitCents, cents };
  });
  const { country } = order.shipTo;
  const codes = order.coupons ?? (order.coupon === undefined ? [] : [order.coupon]);
  const discounts = discountsOf(codes, subtotalCents, lines.length);
  const discountCents = discounts.reduce((sum, discount) => sum + discount.cents, 0);
  const goodsCents = subtotalCents - discountCents;
  const redeemed = redemptionCents(order.redeemPoints ?? 0, goodsCents);
  const taxCents = rules.taxCents({ goodsCents, redemptionCents: redeemed, taxPercent: TAX_PERCENT[country] ?? 0 });
  const shippingCents = rules.shippingCents(country, grams);
  return {
    lines,
    discounts,
    subtotalCents,
    discountCents,
    redemptionCents: redeemed,
    taxCents,
    shippingCents,
    totalCents: goodsCents - redeemed + taxCents + shippingCents,
    feeTenThousandths: order.payment === 'card' ? rules.feeTenThousandths(goodsCents) : 0,
    pointsEarned: Math.floor(goodsCents / 100),
  };
}

import { ALL_PRODUCTS } from './catalogue.ts';
import { COUPONS } from './core/discounts.ts';
import type { OrderLine, OrderRequest } from './domain.ts';
import type { Random } from './random.ts';

/** Makes valid orders as customers place them. The shares here decide how often each difference between the versions shows. */
const SHARES = {
  /** Leaves the EU. */
  international: 0.02,
  /** To another country of the EU. */
  eu: 0.17,
  redeemsPoints: 0.025,
  paysByCard: 0.72,
  gift: 0.07,
  /** Of the gifts. */
  giftWithoutMessage: 0.4,
  coupon: 0.14,
  /** Of the orders with coupons. */
  secondCoupon: 0.3,
  /** Old apps that send `coupon`, of the orders with one coupon. */
  outdatedCouponField: 0.15,
} as const;

export function makeOrder(random: Random, customer: string): OrderRequest {
  const lines = makeLines(random);
  return {
    customer,
    lines,
    shipTo: { country: makeCountry(random), postalCode: String(random.between(10000, 99999)) },
    payment: random.chance(SHARES.paysByCard) ? 'card' : 'invoice',
    ...makeCoupons(random),
    ...(random.chance(SHARES.redeemsPoints) && { redeemPoints: random.between(2, 40) * 50 }),
    ...(random.chance(SHARES.gift) && { gift: makeGift(random) }),
  };
}

function makeLines(random: Random): OrderLine[] {
  // Most carts are small; the square pulls the mean to about two lines of at most six.
  const count = 1 + Math.floor(random.next() ** 2 * 6);
  const lines = new Map<string, OrderLine>();
  while (lines.size < count) {
    const { sku } = random.pick(ALL_PRODUCTS);
    lines.set(sku, { sku, quantity: random.chance(0.8) ? 1 : random.between(2, 4) });
  }
  return [...lines.values()];
}

function makeCountry(random: Random): string {
  const roll = random.next();
  if (roll < SHARES.international) return random.pick(['US', 'CH', 'GB', 'JP', 'NO']);
  if (roll < SHARES.international + SHARES.eu)
    return random.pick(['AT', 'FR', 'NL', 'IT', 'ES', 'PL', 'SE', 'DK', 'BE']);
  return 'DE';
}

function makeCoupons(random: Random): Pick<OrderRequest, 'coupons' | 'coupon'> {
  if (!random.chance(SHARES.coupon)) return {};
  const first = random.pick(COUPONS);
  if (!random.chance(SHARES.secondCoupon)) {
    return random.chance(SHARES.outdatedCouponField) ? { coupon: first } : { coupons: [first] };
  }
  const others = COUPONS.filter((code) => code !== first);
  return { coupons: [first, random.pick([others[0] ?? first, ...others])] };
}

function makeGift(random: Random): { wrap: boolean; message?: string } {
  const wrap = random.chance(0.8);
  return random.chance(SHARES.giftWithoutMessage) ? { wrap } : { wrap, message: 'All the best!' };
}

/** What clients send and what the services keep: the words that both versions of the order service share. Money is whole cents. */

export interface OrderRequest {
  readonly customer: string;
  readonly lines: readonly OrderLine[];
  readonly shipTo: { readonly country: string; readonly postalCode: string };
  readonly payment: 'card' | 'invoice';
  readonly coupons?: readonly string[];
  /** The field that old apps still send instead of `coupons`. */
  readonly coupon?: string;
  /** Loyalty points to redeem, one cent each. */
  readonly redeemPoints?: number;
  readonly gift?: Gift;
}

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
}

export interface Gift {
  readonly wrap: boolean;
  readonly message?: string;
}

export interface Discount {
  readonly code: string;
  readonly cents: number;
}

export interface PricedOrder {
  readonly lines: ReadonlyArray<
    OrderLine & { readonly name: string; readonly unitCents: number; readonly cents: number }
  >;
  readonly discounts: readonly Discount[];
  readonly subtotalCents: number;
  readonly discountCents: number;
  readonly redemptionCents: number;
  readonly taxCents: number;
  readonly shippingCents: number;
  readonly totalCents: number;
  /** The payment provider's fee in ten-thousandths of a euro; settled monthly, not part of the total. */
  readonly feeTenThousandths: number;
  readonly pointsEarned: number;
}

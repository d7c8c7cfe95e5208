import type { Discount, Gift } from '../domain.ts';
import { orderDiscountsV1, orderDiscountsV2 } from './discounts.ts';
import { feeTenThousandthsV1, feeTenThousandthsV2 } from './fees.ts';
import { giftV1, giftV2 } from './gift.ts';
import { taxCentsV1, taxCentsV2 } from './loyalty.ts';
import type { PricingRules } from './pricing.ts';
import { shippingCentsV1, shippingCentsV2 } from './shipping.ts';
import { INVALID_STATUS } from './validation.ts';

/**
 * Everything in which order-v2 differs from order-v1, and nothing else: seven entries, each explained in its own file or
 * here. README.md lists them with how often real orders meet them; a test keeps that list true. `v2-fixed` is the release
 * after that list was read: what users meet of it is v1's, down to the harmless entries.
 */
export interface OrderVersion extends PricingRules {
  /** Sent as `x-app-version`. */
  readonly appVersion: string;
  orderDiscounts(discounts: readonly Discount[]): Discount[];
  gift(gift: Gift): object;
  readonly invalidStatus: number;
  /** Difference `coupon-warning`, benign: v1 answers the outdated field `coupon` with a `warning` header, v2 forgot it. */
  readonly couponWarning?: string;
}

export type VersionName = 'v1' | 'v2' | 'v2-fixed';

const V1: OrderVersion = {
  appVersion: '1.48.2',
  taxCents: taxCentsV1,
  shippingCents: shippingCentsV1,
  feeTenThousandths: feeTenThousandthsV1,
  orderDiscounts: orderDiscountsV1,
  gift: giftV1,
  invalidStatus: INVALID_STATUS.v1,
  couponWarning: '299 - "coupon is deprecated, use coupons"',
};

export const VERSIONS: Readonly<Record<VersionName, OrderVersion>> = {
  v1: V1,
  v2: {
    appVersion: '2.0.0-rc.3',
    taxCents: taxCentsV2,
    shippingCents: shippingCentsV2,
    feeTenThousandths: feeTenThousandthsV2,
    orderDiscounts: orderDiscountsV2,
    gift: giftV2,
    invalidStatus: INVALID_STATUS.v2,
  },
  'v2-fixed': { ...V1, appVersion: '2.0.0' },
};

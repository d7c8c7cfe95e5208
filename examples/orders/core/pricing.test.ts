import { expect, test } from 'vitest';
import type { OrderRequest } from '../domain.ts';
import { price } from './pricing.ts';
import { VERSIONS } from './versions.ts';

const ORDER: OrderRequest = {
  customer: 'u-1',
  lines: [
    { sku: 'KET-10', quantity: 1 },
    { sku: 'FIL-40', quantity: 2 },
  ],
  shipTo: { country: 'DE', postalCode: '10115' },
  payment: 'card',
  coupons: ['WELCOME10'],
  redeemPoints: 1000,
};

test('v1: goods less discount less points, plus tax, plus shipping', () => {
  const priced = price(ORDER, VERSIONS.v1);
  expect(priced).toMatchObject({
    subtotalCents: 9768,
    discountCents: 977,
    redemptionCents: 1000,
    taxCents: 1480,
    shippingCents: 490,
    totalCents: 9768 - 977 - 1000 + 1480 + 490,
    feeTenThousandths: 11077,
    pointsEarned: 87,
  });
});

test('v2 asks the same customer for the tax on the points as well', () => {
  const overcharged = price(ORDER, VERSIONS.v2).totalCents - price(ORDER, VERSIONS.v1).totalCents;
  expect(overcharged).toBe(190);
});

test('exports are untaxed, invoices cost no fee', () => {
  const order: OrderRequest = { ...ORDER, payment: 'invoice', shipTo: { country: 'US', postalCode: '94016' } };
  expect(price(order, VERSIONS.v1)).toMatchObject({ taxCents: 0, feeTenThousandths: 0 });
});

import { expect, test } from 'vitest';
import { INVALID_STATUS, validate } from './validation.ts';

const GOOD = {
  customer: 'u-1',
  lines: [{ sku: 'MUG-01', quantity: 1 }],
  shipTo: { country: 'DE', postalCode: '10115' },
  payment: 'card',
};

test('a good order passes', () => {
  expect(validate(GOOD)).toEqual({ order: GOOD });
});

test.each([
  [null, '', 'an order is a JSON object'],
  [{ ...GOOD, customer: 7 }, 'customer', 'must be a customer id'],
  [{ ...GOOD, lines: [] }, 'lines', 'must hold at least one line'],
  [{ ...GOOD, lines: [{ sku: 'NOPE', quantity: 1 }] }, 'lines[0].sku', 'is not a product'],
  [{ ...GOOD, lines: [{ sku: 'MUG-01', quantity: 0 }] }, 'lines[0].quantity', 'must be a whole number from 1 to 99'],
  [{ ...GOOD, shipTo: 'Berlin' }, 'shipTo', 'must have country and postalCode'],
  [{ ...GOOD, payment: 'shells' }, 'payment', 'must be card or invoice'],
  [{ ...GOOD, redeemPoints: -1 }, 'redeemPoints', 'must be a whole number, 0 or more'],
  [{ ...GOOD, coupons: 'SPRING5' }, 'coupons', 'must be a list of codes'],
  [{ ...GOOD, coupon: 5 }, 'coupon', 'must be a code'],
  [{ ...GOOD, gift: { message: 'Hi' } }, 'gift', 'must have wrap and may have a message'],
])('%j is refused at %s', (input, field, message) => {
  expect(validate(input)).toEqual({ problem: { field, message } });
});

test('difference invalid-status: v1 answers 400, v2 answers 422', () => {
  expect(INVALID_STATUS).toEqual({ v1: 400, v2: 422 });
});

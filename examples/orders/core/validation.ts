import { findProduct } from '../catalogue.ts';
import type { OrderRequest } from '../domain.ts';

/**
 * What makes an order unacceptable. Both versions refuse the same orders with the same words.
 *
 * Difference `invalid-status`, benign: v1 answers 400, v2 answers 422.
 */
export const INVALID_STATUS = { v1: 400, v2: 422 } as const;

export interface Problem {
  readonly field: string;
  readonly message: string;
}

export function validate(input: unknown): { order: OrderRequest } | { problem: Problem } {
  if (!isObject(input)) return refuse('', 'an order is a JSON object');
  const { customer, lines, shipTo, payment, redeemPoints, coupons, coupon, gift } = input;
  if (typeof customer !== 'string' || customer === '') return refuse('customer', 'must be a customer id');
  if (!Array.isArray(lines) || lines.length === 0) return refuse('lines', 'must hold at least one line');
  for (const [index, line] of lines.entries()) {
    const at = `lines[${index}]`;
    if (!isObject(line) || typeof line.sku !== 'string' || !findProduct(line.sku)) {
      return refuse(`${at}.sku`, 'is not a product');
    }
    const quantity = line.quantity;
    if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1 || quantity > 99) {
      return refuse(`${at}.quantity`, 'must be a whole number from 1 to 99');
    }
  }
  if (!isObject(shipTo) || typeof shipTo.country !== 'string' || typeof shipTo.postalCode !== 'string') {
    return refuse('shipTo', 'must have country and postalCode');
  }
  if (payment !== 'card' && payment !== 'invoice') return refuse('payment', 'must be card or invoice');
  if (redeemPoints !== undefined && (!Number.isInteger(redeemPoints) || (redeemPoints as number) < 0)) {
    return refuse('redeemPoints', 'must be a whole number, 0 or more');
  }
  if (coupons !== undefined && !(Array.isArray(coupons) && coupons.every((code) => typeof code === 'string'))) {
    return refuse('coupons', 'must be a list of codes');
  }
  if (coupon !== undefined && typeof coupon !== 'string') return refuse('coupon', 'must be a code');
  if (gift !== undefined && !isGift(gift)) return refuse('gift', 'must have wrap and may have a message');
  return { order: input as unknown as OrderRequest };
}

function isGift(gift: unknown): boolean {
  if (!isObject(gift) || typeof gift.wrap !== 'boolean') return false;
  return gift.message === undefined || typeof gift.message === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(field: string, message: string): { problem: Problem } {
  return { problem: { field, message } };
}

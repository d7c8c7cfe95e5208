import type { Gift } from '../domain.ts';

/**
 * How an answer shows the gift options.
 *
 * Difference `gift-message`, benign: a gift without a message has `"message": null` in v1 and no `message` in v2.
 */
export function giftV1(gift: Gift): { wrap: boolean; message: string | null } {
  return { wrap: gift.wrap, message: gift.message ?? null };
}

export function giftV2(gift: Gift): { wrap: boolean; message?: string } {
  return gift.message === undefined ? { wrap: gift.wrap } : { wrap: gift.wrap, message: gift.message };
}

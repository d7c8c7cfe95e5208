/**
 * Loyalty points: one cent each, at most half of what the goods cost.
 *
 * Difference `loyalty-total`, a real bug: v1 takes the redemption off before tax, v2 after tax. With v2 a customer who
 * redeems pays the tax on it.
 */
export interface TaxInput {
  readonly goodsCents: number;
  readonly redemptionCents: number;
  readonly taxPercent: number;
}

export function redemptionCents(points: number, goodsCents: number): number {
  return Math.min(points, Math.floor(goodsCents / 2));
}

export function taxCentsV1({ goodsCents, redemptionCents, taxPercent }: TaxInput): number {
  return Math.round(((goodsCents - redemptionCents) * taxPercent) / 100);
}

export function taxCentsV2({ goodsCents, taxPercent }: TaxInput): number {
  return Math.round((goodsCents * taxPercent) / 100);
}

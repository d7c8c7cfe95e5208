/**
 * Shipping in cents by weight and destination. The versions agree at home and in the EU.
 *
 * Difference `international-shipping`, a real bug: v1 bills every started half kilogram, v2 whole kilograms only, and so
 * loses money on nearly every parcel that leaves the EU.
 */
const EU = new Set(['AT', 'BE', 'DK', 'ES', 'FR', 'IT', 'NL', 'PL', 'SE']);
const HOME = 'DE';

const INTERNATIONAL_BASE_CENTS = 1800;
const PER_HALF_KILOGRAM_CENTS = 650;

export function isInternational(country: string): boolean {
  return country !== HOME && !EU.has(country);
}

export function shippingCentsV1(country: string, grams: number): number {
  if (!isInternational(country)) return regional(country, grams);
  return INTERNATIONAL_BASE_CENTS + Math.ceil(grams / 500) * PER_HALF_KILOGRAM_CENTS;
}

export function shippingCentsV2(country: string, grams: number): number {
  if (!isInternational(country)) return regional(country, grams);
  return INTERNATIONAL_BASE_CENTS + Math.floor(grams / 1000) * 2 * PER_HALF_KILOGRAM_CENTS;
}

function regional(country: string, grams: number): number {
  const startedKilograms = Math.ceil(grams / 1000);
  return country === HOME ? 490 + Math.max(0, startedKilograms - 5) * 90 : 990 + startedKilograms * 120;
}

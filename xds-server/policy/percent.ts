import { ShadowplaneError } from '../../errors/index.ts';

/** A share in whole parts per million, 0 to 1,000,000: the finest that Envoy's runtime fractions can express (0.0001%). */
export type PerMillion = number & { readonly __brand: 'PerMillion' };

export const NONE = 0 as PerMillion;
export const ALL = 1_000_000 as PerMillion;

const PERCENT = /^(\d+(?:\.\d+)?)\s*%$/;

/**
 * Reads `5%`, `0.25%`, `100%`. A bare number is refused, because 5 could mean 5% or 500%.
 *
 * @throws ShadowplaneError POLICY_INVALID when it is no percentage, above 100% or finer than 0.0001%.
 */
export function parsePercent(text: unknown): PerMillion {
  const match = typeof text === 'string' ? PERCENT.exec(text.trim()) : null;
  if (!match) {
    throw new ShadowplaneError('POLICY_INVALID', `${JSON.stringify(text)} is not a percentage${hintFor(text)}`);
  }
  const [whole = '', fraction = ''] = match[1]!.split('.');
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > 4) throw new ShadowplaneError('POLICY_INVALID', `${text} is finer than 0.0001%`);
  const perMillion = Number(whole) * 10_000 + Number(significant.padEnd(4, '0'));
  if (perMillion > ALL) throw new ShadowplaneError('POLICY_INVALID', `${text} is more than 100%`);
  return perMillion as PerMillion;
}

/** 0.05 may be 0.05% or a fraction, which is 5%: only who wrote it knows. */
function hintFor(text: unknown): string {
  const number = typeof text === 'string' && text.trim() !== '' ? Number(text) : text;
  if (typeof number !== 'number' || !(number >= 0) || number > 100) return ', such as 5% or 0.25%';
  if (number === 0 || number >= 1) return `; did you mean ${number}%?`;
  return `; did you mean ${number}% or ${Number((number * 100).toFixed(4))}%?`;
}

/** The shortest percentage text that `parsePercent` reads back: 250000 -> `25%`, 1 -> `0.0001%`. */
export function formatPercent(share: PerMillion): string {
  return `${share / 10_000}%`;
}

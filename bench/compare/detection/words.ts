/** How figures stand in the report. */
import { wilsonInterval } from '../../../compare/judge/index.ts';
import type { Column } from '../../support/index.ts';
import { type Count, share } from './figures.ts';

export function rest({ hits, of }: Count): Count {
  return { hits: of - hits, of };
}

export function right(...titles: string[]): Column[] {
  return titles.map((title) => ({ title, align: 'right' as const }));
}

export function met(yes: boolean): string {
  return yes ? 'met' : 'missed';
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}

export function percent(count: Count): string {
  return count.of === 0 ? '-' : `${(100 * share(count)).toFixed(1)}%`;
}

export function withInterval({ hits, of }: Count): string {
  const { low, high } = wilsonInterval(hits, of, 0.95);
  return `${percent({ hits, of })} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

/** A share as it is set, not measured. */
export function ratePercent(rate: number): string {
  return `${Number((100 * rate).toFixed(2))}%`;
}

import type { SeriesReport } from '../api/index.ts';
import type { Range } from '../state/index.ts';

/** The longest that is kept; an epoch may have begun before. */
const MOST_MINUTES = 360;

export function minutesOf(range: Range): number {
  return range === 'epoch' ? MOST_MINUTES : range;
}

/** Below, a single minute would be as wide as the picture. */
const LEAST_SPAN_MS = 15 * 60_000;

/** What to show of it: the range; of a whole epoch from the first minute in which anything was compared. */
export function spanOf(
  { from, to, items }: SeriesReport,
  range: Range,
): { readonly fromMs: number; readonly toMs: number } {
  const toMs = Date.parse(to);
  if (range !== 'epoch') return { fromMs: Date.parse(from), toMs };
  const first = items[0]?.points[0]?.[0] ?? toMs;
  return { fromMs: Math.max(Date.parse(from), Math.min(first, toMs - LEAST_SPAN_MS)), toMs };
}

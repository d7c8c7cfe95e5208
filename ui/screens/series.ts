import type { Range } from '../state/index.ts';

/** The longest that is kept; an epoch may have begun before. */
const MOST_MINUTES = 360;

export function minutesOf(range: Range): number {
  return range === 'epoch' ? MOST_MINUTES : range;
}

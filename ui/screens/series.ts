import type { Point } from '../parts/index.ts';
import type { Range } from '../state/index.ts';

/** As `GET series` answers: counts a step, for all endpoints together (`*`) and for each. */
export interface Series {
  readonly stepMs: number;
  readonly from: number;
  readonly to: number;
  readonly items: ReadonlyArray<{ readonly endpoint: string; readonly points: readonly Point[] }>;
}

/** The longest that is kept; an epoch may have begun before. */
const MOST_MINUTES = 360;

export function minutesOf(range: Range): number {
  return range === 'epoch' ? MOST_MINUTES : range;
}

/** Numbers as people read them in a narrow column. */

/** `1,204` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `12.4`, `1,204`: one decimal below 100. */
export function rate(perSecond: number): string {
  return perSecond > 0 && perSecond < 99.95 ? perSecond.toFixed(1) : count(perSecond);
}

/** Part of a whole as percentage, `-` where there is no whole yet. */
export function percentOf(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((part / whole) * 100).toFixed(1)}%`;
}

/** Two digits where they tell something. */
export function share(rate: number): string {
  if (rate > 0 && rate < 0.0005) return '<0.05%';
  return percentOf(rate, 1);
}

/** Positions on axes, in percent of their length. */

/** Shares from 0.01% to 100% on a logarithmic axis, so that 0.2% and 2% can be told apart; less stands at its left end. */
const LEAST_SHARE = 0.0001;
export const SHARE_TICKS = [0.0001, 0.001, 0.01, 0.1, 1] as const;

export function sharePosition(share: number): number {
  if (share <= LEAST_SHARE) return 0;
  return Math.min(100, (1 - Math.log(share) / Math.log(LEAST_SHARE)) * 100);
}

/** A logarithmic axis over positive values, with ticks at 1, 2 and 5 of each decade. */
export function logScale(values: readonly number[]): {
  readonly position: (value: number) => number;
  readonly ticks: readonly number[];
} {
  const positive = values.filter((value) => value > 0);
  const low = positive.length > 0 ? stepBelow(Math.min(...positive)) : 1;
  const high = Math.max(...positive, low * 10);
  const length = Math.log(high / low);
  const ticks: number[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(low)); decade <= high; decade *= 10) {
    for (const step of [1, 2, 5]) if (decade * step >= low && decade * step <= high) ticks.push(decade * step);
  }
  return {
    position: (value) => (value <= low ? 0 : Math.min(100, (Math.log(value / low) / length) * 100)),
    ticks: thinned(ticks),
  };
}

/** The next of 1, 2, 5, 10, 20, ... that is not above the value. */
function stepBelow(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * ([5, 2, 1].find((step) => decade * step <= value) ?? 1);
}

const MOST_TICKS = 6;

function thinned(ticks: readonly number[]): readonly number[] {
  if (ticks.length <= MOST_TICKS) return ticks;
  return ticks.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9);
}

/**
 * Gates measure different things against bounds of different size; drawn in units of its bound, every one has the line to
 * stay left of at the same place. Positions in percent.
 */
export const BOUND_AT = 60;

/** How many times the bound the right end is. */
const MOST_TIMES = 100;
/** Where nothing would be allowed, the line stands for this. */
const LEAST_BOUND = 0.0001;

export interface BoundScale {
  readonly position: (value: number) => number;
  /** Where zero is. */
  readonly zeroAt: number;
}

/** @param isSigned whether values below zero mean something: better than the primary */
export function boundScale(atMost: number, isSigned: boolean): BoundScale {
  const bound = Math.max(Math.abs(atMost), LEAST_BOUND);
  const zeroAt = isSigned ? BOUND_AT / 2 : 0;
  const position = (value: number): number => {
    const times = value / bound;
    if (times > 1) return BOUND_AT + (100 - BOUND_AT) * Math.min(1, Math.log(times) / Math.log(MOST_TIMES));
    // Between zero and the bound by the root, so that small shares can be told apart; what is below zero needs no detail.
    if (!isSigned) return BOUND_AT * Math.sqrt(Math.max(times, 0));
    return Math.max(0, zeroAt + (BOUND_AT - zeroAt) * times);
  };
  return { position, zeroAt };
}

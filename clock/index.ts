/**
 * The room of the clock for intervals and deadlines. The clock of the machine may be set, forward or back; this one goes
 * evenly from the start of the process, when both read the same.
 */

/** In milliseconds. To be compared with nothing but what this has given before. */
export function steadyMs(): number {
  return performance.timeOrigin + performance.now();
}

/** What the clock of the machine, as it is set now, says of a moment of ours; for people, so to whole seconds. */
export function dateOf(atSteadyMs: number): Date {
  return new Date(atSteadyMs + aheadMs());
}

/** The moment of ours of such a date; for what is kept over a restart. Only as right as the clock of the machine was then. */
export function steadyOf(date: Date): number {
  return date.getTime() - aheadMs();
}

function aheadMs(): number {
  return Math.round((Date.now() - steadyMs()) / 1_000) * 1_000;
}

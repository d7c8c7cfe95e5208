/** How far an epoch has come, in two numbers. */
import type { EpochHead, EpochInput } from '../report/index.ts';
import type { EpochTally } from '../tally/index.ts';

export interface Progress {
  readonly mirror: string;
  readonly epoch: number;
  readonly compared: number;
  /** Pairs in which the candidate differs where the control does not; of what rules and the judge say nothing is known here. */
  readonly differing: number;
}

/** @param before what earlier processes counted of the same epoch. */
export function progressOf(mirror: string, epoch: number, tally: EpochTally, before: EpochInput | undefined): Progress {
  let compared = tally.compared;
  let differing = 0;
  for (const { strata } of tally.endpoints.values()) {
    for (const { candidateMismatched } of strata.values()) differing += candidateMismatched;
  }
  for (const { pairs, candidateMismatched } of before?.cells ?? []) {
    compared += pairs;
    differing += candidateMismatched;
  }
  return { mirror, epoch, compared, differing };
}

/** @param before what earlier processes counted of the same epoch. */
export function headOf(tally: EpochTally, number: number, before: EpochInput | undefined): EpochHead {
  const { version, begunBy, startedAtMs, lastAtMs, compared } = tally;
  if (!before) return { number, version, begunBy, startedAtMs, lastAtMs, compared };
  return {
    ...before,
    version: version ?? before.version,
    lastAtMs: Math.max(before.lastAtMs, lastAtMs),
    compared: before.cells.reduce((sum, { pairs }) => sum + pairs, compared),
  };
}

import type { DifferenceItem, EndpointItem, EpochComparison, VerdictReport } from '../../compare/report/index.ts';
import { exitCodeOfVerdicts } from './verdict-text.ts';

/** All that `diff` asks the API for. */
export interface DiffAnswer {
  readonly verdict: VerdictReport;
  readonly differences: { readonly total: number; readonly items: readonly DifferenceItem[] };
  readonly endpoints: { readonly items: readonly EndpointItem[] };
  /** Against the epoch before; undefined in the first one. */
  readonly sinceLastEpoch: EpochComparison | undefined;
}

export function exitCodeOf({ verdict: { verdict } }: DiffAnswer): number {
  return exitCodeOfVerdicts([verdict]);
}

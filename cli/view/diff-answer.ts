import type { DifferenceItem, EndpointItem, EpochComparison, VerdictReport } from '../../compare/report/index.ts';

/** All that `diff` asks the API for. */
export interface DiffAnswer {
  readonly verdict: VerdictReport;
  readonly differences: { readonly total: number; readonly items: readonly DifferenceItem[] };
  readonly endpoints: { readonly items: readonly EndpointItem[] };
  /** Against the epoch before; undefined in the first one. */
  readonly sinceLastEpoch: EpochComparison | undefined;
}

const EXIT_CODES = { same: 0, different: 3, 'not-enough-data': 4 } as const;

export function exitCodeOf({ verdict: { verdict } }: DiffAnswer): number {
  return EXIT_CODES[verdict];
}

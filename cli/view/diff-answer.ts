import type {
  DifferenceItem,
  EndpointItem,
  EpochComparison,
  LatencyItem,
  VerdictReport,
} from '../../compare/report/index.ts';
import type { WhyNothing } from './nothing-compared.ts';
import { exitCodeOfVerdicts } from './verdict-text.ts';

/** All that `diff` asks the API for. */
export interface DiffAnswer {
  readonly verdict: VerdictReport;
  readonly differences: { readonly total: number; readonly items: readonly DifferenceItem[] };
  readonly endpoints: { readonly items: readonly EndpointItem[] };
  /** Against the epoch before; undefined in the first one. */
  readonly sinceLastEpoch: EpochComparison | undefined;
  readonly latency: { readonly items: readonly LatencyItem[] } | undefined;
  /** For the terminal: what the two answered to one request, by rank of the difference. */
  readonly examples?: ReadonlyMap<number, string>;
  /** For the terminal, where nothing has been compared. */
  readonly why?: WhyNothing;
}

export function exitCodeOf({ verdict: { verdict } }: DiffAnswer): number {
  return exitCodeOfVerdicts([verdict]);
}

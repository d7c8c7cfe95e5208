import type { Half, Stratum } from '../ingest/index.ts';

/**
 * How an exchange ends: with answers that can be compared, or lost for exactly one of these causes. Each is observed, none
 * is what is left over (docs/comparison.md says what each means for a user).
 */
export const LOSS_CAUSES = [
  'not_sent',
  'no_answer',
  'cut',
  'expired',
  'over_capacity',
  'batch_lost',
  'truncated',
  'not_comparable',
] as const;

export type LossCause = (typeof LOSS_CAUSES)[number];

export interface Joined {
  readonly id: string;
  readonly mirror: string;
  readonly stratum: Stratum;
  /** When the request came. */
  readonly atMs: number;
  readonly primary: Half;
  readonly candidate: Half;
  readonly control?: Half;
  /** Why there is no control although the mirror has one. */
  readonly controlLost?: LossCause;
}

export interface Lost {
  readonly id: string;
  readonly mirror: string;
  readonly stratum: Stratum;
  readonly cause: LossCause;
}

/**
 * Why a copy's answer cannot be compared with the primary's; undefined when it can. A truncated body is no obstacle yet:
 * status and headers may be enough.
 */
export function obstacle(primary: Half, copy: Half): LossCause | undefined {
  // Envoy's own answer, or half an answer because the client left, says nothing about the service in production.
  if (primary.localReply || primary.ended !== 'complete') return 'not_comparable';
  if (copy.ended === 'cut') return 'cut';
  if (copy.ended === 'reset' || copy.localReply || copy.status === 0) return 'no_answer';
  return undefined;
}

import { type Half, readAnswer, type Stratum } from '../ingest/index.ts';

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

/** An exchange of which the candidate answered the user has a copy for the primary instead, `back`. */
export interface Joined {
  readonly id: string;
  readonly mirror: string;
  readonly stratum: Stratum;
  /** When the request came. */
  readonly atMs: number;
  /** The answer to the user: of the primary, or in a rollout of the candidate. It alone has the head of the request. */
  readonly request: Half;
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
  /** Which of them failed their service's way, of a request of the primary's user that both are known to have been sent. */
  readonly failed?: { readonly primary: boolean; readonly candidate: boolean };
}

/** Only that of the user's answer has a method. */
export function answersUser({ method }: Half): boolean {
  return method !== '';
}

/**
 * Why a copy's answer cannot be compared with the answer to the user; undefined when it can. A truncated body is no obstacle yet:
 * status and headers may be enough.
 */
export function obstacle(user: Half, copy: Half): LossCause | undefined {
  // Envoy's own answer, or half an answer because the client left, says nothing about the service in production.
  if (user.localReply || user.ended !== 'complete') return 'not_comparable';
  if (copy.ended === 'cut') return 'cut';
  if (copy.ended === 'reset' || copy.localReply || copy.status === 0) return 'no_answer';
  return undefined;
}

/**
 * Whether each service failed a request that it was sent: by its status, or by Envoy's in its place. Undefined where that is
 * not known: the client has left, or the copy was cut before its answer. What takes longer than a copy may live fails on
 * either side, or two services alike would differ by their slowest answers.
 */
export function failures(user: Half, copy: Half, copyTimeoutMs?: number): Record<'user' | 'copy', boolean> | undefined {
  if ((!user.localReply && user.ended !== 'complete') || copy.ended === 'cut') return undefined;
  const noAnswer = copy.localReply || copy.ended === 'reset' || copy.status === 0;
  const isTooLate = copyTimeoutMs !== undefined && readAnswer(user.encoded).answer.lastByteMs > copyTimeoutMs;
  return { user: user.status >= 500 || isTooLate, copy: noAnswer || copy.status >= 500 };
}

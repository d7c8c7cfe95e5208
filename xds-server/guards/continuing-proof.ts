/**
 * The proof between two probes: a guard puts a header on every answer to a copy. A service that has shown it and then
 * answers a copy without it has a part, or an instance, without the guard, which no probe may ever reach: behind one address
 * each probe asks one instance. One that never shows the header is judged by the probe alone.
 */

/** What one answer to a copy of a request that changes something says. */
export interface GuardSign {
  readonly mirror: string;
  /** Whose version the service is that answered. */
  readonly side: 'primary' | 'candidate' | 'control';
  /** `POST /api/orders/{id}` */
  readonly endpoint: string;
  /** The answer has the guard's header. */
  readonly guarded: boolean;
  /** It was the answer to a user, whom the service has taken for a copy. */
  readonly ofUser?: true;
}

export interface ContinuingProof {
  /** An answer had the header since the service proved its guard. */
  readonly shown: boolean;
  /** How often an answer then had none. */
  readonly doubts: number;
  /** Until then no probe proves anything; absent: it does. */
  readonly doubt?: { readonly untilMs: number; readonly reason: string };
}

export const NOTHING_SHOWN: ContinuingProof = Object.freeze({ shown: false, doubts: 0 });

/** Each doubt doubles the time, up to an hour: without copies nothing shows that the cause is gone, and each try may do harm. */
const DOUBTED_MS = 60_000;
const LONGEST_DOUBTED_MS = 3_600_000;

/** @returns the proof from now on, which has a new `doubt` where the sign gives cause for one */
export function after(before: ContinuingProof, { guarded, endpoint }: GuardSign, nowMs: number): ContinuingProof {
  if (guarded) return before.shown ? before : { ...before, shown: true };
  if (!before.shown) return before;
  const forMs = Math.min(DOUBTED_MS * 2 ** before.doubts, LONGEST_DOUBTED_MS);
  const reason = `answered a copy of ${endpoint} without x-shadow-guard, which other answers had: a part of it, or one of its instances, has no guard. It is asked again in ${Math.round(forMs / 60_000)} min`;
  return { shown: false, doubts: before.doubts + 1, doubt: { untilMs: nowMs + forMs, reason } };
}

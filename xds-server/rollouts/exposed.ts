/** How many users' requests the candidate has answered from one look to the next. */
import { type SideCounts, surelyFailed, type UsersBySide } from '../../rollout/index.ts';
import type { Exposure } from './view.ts';

/** Envoys tell what they count every few seconds, so those of before the end arrive after it. */
const COUNTS_AFTER_END_MS = 30_000;
const NOBODY: Exposure = { requests: 0, failed: 0 };

export class Exposed {
  readonly #now: () => number;
  #before: Exposure | undefined;
  #endedAtMs: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * @param over the rollout has ended: what the candidate answers users a while later is no part of it
   * @returns what is new, and what notes that it was counted; until then it stays new
   */
  since(users: readonly UsersBySide[], over: boolean): { readonly more: Exposure; readonly counted: () => void } {
    this.#endedAtMs = over ? (this.#endedAtMs ?? this.#now()) : undefined;
    const now = sumOf(users.map(({ candidate }) => exposureOf(candidate)));
    const counted = () => {
      this.#before = now;
    };
    const isPast = this.#endedAtMs !== undefined && this.#now() - this.#endedAtMs > COUNTS_AFTER_END_MS;
    if (!this.#before || isPast || now.requests < this.#before.requests) {
      counted();
      return { more: NOBODY, counted };
    }
    const { requests, failed } = this.#before;
    return { more: { requests: now.requests - requests, failed: Math.max(0, now.failed - failed) }, counted };
  }
}

/** As people count: who got no answer has asked, and was failed. */
export function exposureOf({ requests, failed, unanswered }: SideCounts): Exposure {
  const { hits, trials } = surelyFailed({ hits: failed, trials: requests, ...(unanswered && { unanswered }) });
  return { requests: trials, failed: hits };
}

function sumOf(counts: readonly Exposure[]): Exposure {
  return counts.reduce(
    (sum, { requests, failed }) => ({ requests: sum.requests + requests, failed: sum.failed + failed }),
    NOBODY,
  );
}

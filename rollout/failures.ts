/**
 * How often one side failed. Requests that users gave up have no status, and those still under way have none either: so
 * of what has no answer it is only known that at least, and at most, so many will never have one.
 */
import type { Share } from './sequential/index.ts';

/** Of requests that were answered, and beside them those that were not. */
export interface Failures extends Share {
  readonly unanswered?: Unanswered;
}

export interface Unanswered {
  /** Given up for certain. */
  readonly surely: number;
  /** With those that may as well be under way. */
  readonly atMost: number;
}

const NONE: Unanswered = { surely: 0, atMost: 0 };

/** What is under way is no failure. */
export function surelyFailed({ hits, trials, unanswered: { surely } = NONE }: Failures): Share {
  return { hits: hits + surely, trials: trials + surely };
}

/** To be held against nobody but the primary: what it may have failed as well, its candidate is not stopped for. */
export function perhapsFailed({ hits, trials, unanswered: { atMost } = NONE }: Failures): Share {
  return { hits: hits + atMost, trials: trials + atMost };
}

/** Whoever was under way then and gave up since is of then: at least so many, and at most so many, are of since. */
export function failuresSince(now: Failures, then: Failures): Failures {
  const unanswered = now.unanswered && unansweredSince(now.unanswered, then.unanswered ?? NONE);
  return { hits: now.hits - then.hits, trials: now.trials - then.trials, ...(unanswered && { unanswered }) };
}

function unansweredSince(now: Unanswered, then: Unanswered): Unanswered {
  return { surely: Math.max(0, now.surely - then.atMost), atMost: Math.max(0, now.atMost - then.surely) };
}

export function addFailures(one: Failures, other: Failures): Failures {
  const [ofOne, ofOther] = [one.unanswered ?? NONE, other.unanswered ?? NONE];
  const unanswered = { surely: ofOne.surely + ofOther.surely, atMost: ofOne.atMost + ofOther.atMost };
  return {
    hits: one.hits + other.hits,
    trials: one.trials + other.trials,
    ...((one.unanswered ?? other.unanswered) && { unanswered }),
  };
}

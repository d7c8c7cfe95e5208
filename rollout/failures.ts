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
  /** Beside these, given up or under way. */
  readonly open: number;
  /** Beside these, under way before anything was counted, and given up or answered since. */
  readonly before: number;
}

const NONE: Unanswered = { surely: 0, open: 0, before: 0 };

/** What is under way is no failure. */
export function surelyFailed({ hits, trials, unanswered: { surely } = NONE }: Failures): Share {
  return { hits: hits + surely, trials: trials + surely };
}

/**
 * Of the primary, as it may have failed for all that is known: those who may have given up on it are taken to have done so as
 * often as on the candidate. Nobody is stopped for what may be the same on both sides; statuses are known of both.
 */
export function perhapsFailed({ hits, trials, unanswered = NONE }: Failures, candidate: Failures): Share {
  const { surely, open, before } = unanswered;
  const ofCandidate = (candidate.unanswered ?? NONE).surely / Math.max(candidate.trials, 1);
  const gaveUp = Math.max(surely, Math.min(surely + open + before, Math.ceil(ofCandidate * trials)));
  return { hits: hits + gaveUp, trials: trials + gaveUp };
}

/** Whoever was under way then and gave up since is of then: at least so many, and at most so many, are of since. */
export function failuresSince(now: Failures, then: Failures): Failures {
  const unanswered = now.unanswered && unansweredSince(now.unanswered, then.unanswered ?? NONE);
  return { hits: now.hits - then.hits, trials: now.trials - then.trials, ...(unanswered && { unanswered }) };
}

function unansweredSince(now: Unanswered, then: Unanswered): Unanswered {
  const most = now.surely + now.open - then.surely;
  const surely = Math.max(0, now.surely - then.surely - then.open);
  return { surely, open: Math.max(0, most - surely), before: now.before };
}

export function addFailures(one: Failures, other: Failures): Failures {
  const [ofOne, ofOther] = [one.unanswered ?? NONE, other.unanswered ?? NONE];
  const unanswered = {
    surely: ofOne.surely + ofOther.surely,
    open: ofOne.open + ofOther.open,
    before: ofOne.before + ofOther.before,
  };
  return {
    hits: one.hits + other.hits,
    trials: one.trials + other.trials,
    ...((one.unanswered ?? other.unanswered) && { unanswered }),
  };
}

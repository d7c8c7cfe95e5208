/**
 * What users got lately. All that was counted since a step began says little of a candidate that turns bad late in it, so their
 * failures are judged in windows, too. These can stop a candidate and never let one pass: a window has a share of the
 * probability of stopping wrongly, and all shares together, however many windows there will be, are at most 1.
 */
import { type ByVersion, type Evidence, errorsSince, type StratumCounts } from './evidence.ts';
import { type Failures, failuresSince, surelyFailed } from './failures.ts';
import type { Weights } from './plan.ts';
import { shareOf } from './users-errors.ts';

/** Of one length. */
export interface Windows {
  /** So many have begun since the step did. */
  readonly begun: number;
  /** What had been counted when the last two began, the older first: behind any moment lies at least one whole window. */
  readonly from: ReadonlyArray<ByVersion<Failures>>;
}

/** By stratum, for each length. */
export type Recent = Readonly<Record<string, readonly Windows[]>>;

/** Failures since a window began. */
export interface RecentErrors {
  readonly errors: ByVersion<Failures>;
  /** Of the probability that windows have together. */
  readonly share: number;
}

/** Requests that the candidate has in a window: few find at once what is bad, many what is a little too bad. No clock counts. */
const LENGTHS = [500, 5_000, 50_000, 500_000];
const NONE: Windows = { begun: 0, from: [] };

/** The counts since the step began, and beside them those of windows where users are on the candidate. */
export function withRecent(
  since: Readonly<Record<string, StratumCounts>>,
  { strata, users }: Evidence,
  recent: Recent = {},
  shares: Weights['users'] = {},
): Record<string, StratumCounts> {
  const withOf = ([name, counts]: [string, StratumCounts]): [string, StratumCounts] =>
    users !== undefined && shareOf(name, shares) > 0
      ? [name, { ...counts, recent: (recent[name] ?? []).flatMap((windows) => errorsIn(windows, strata[name]!)) }]
      : [name, counts];
  return Object.fromEntries(Object.entries(since).map(withOf));
}

function errorsIn({ begun, from }: Windows, now: StratumCounts): RecentErrors[] {
  return from.flatMap((then, index) => {
    const nth = begun - (from.length - 1) + index;
    const errors = errorsSince(now, then);
    // 1/2 + 1/6 + 1/12 + ... is 1.
    return isSound(errors) ? [{ errors, share: 1 / (nth * (nth + 1) * LENGTHS.length) }] : [];
  });
}

/** After a look: a window that is full begins the next. The step's own beginning, from which all counts, is none. */
export function recentAfter(
  watched: Readonly<Record<string, StratumCounts>>,
  evidence: Evidence,
  baseline: Evidence,
  recent: Recent = {},
): Recent {
  const isWatched = ([name]: [string, StratumCounts]) => watched[name]?.recent !== undefined;
  const after = Object.entries(evidence.strata)
    .filter(isWatched)
    .map(([name, { errors }]) => {
      const first = baseline.strata[name]?.errors ?? NOBODY;
      return [name, LENGTHS.map((length, index) => windowsAfter(recent[name]?.[index] ?? NONE, length, errors, first))];
    });
  return { ...recent, ...Object.fromEntries(after) };
}

const NOBODY: ByVersion<Failures> = { primary: { hits: 0, trials: 0 }, candidate: { hits: 0, trials: 0 } };

function windowsAfter(
  { begun, from }: Windows,
  length: number,
  now: ByVersion<Failures>,
  first: ByVersion<Failures>,
): Windows {
  const of = ({ primary, candidate }: ByVersion<Failures>): ByVersion<Failures> => ({
    primary: failuresSince(now.primary, primary),
    candidate: failuresSince(now.candidate, candidate),
  });
  // Counts that shrank without a word.
  if (!from.every((then) => isSound(of(then)))) return { begun: begun + 1, from: [now] };
  const { trials } = surelyFailed(of(from.at(-1) ?? first).candidate);
  return trials < length ? { begun, from } : { begun: begun + 1, from: [...from, now].slice(-2) };
}

function isSound({ primary, candidate }: ByVersion<Failures>): boolean {
  return [primary, candidate].every(({ hits, trials }) => hits >= 0 && trials >= hits);
}

/** What was counted is subtracted from nothing any more; the probability that was spent stays spent. */
export function begunAgain(recent: Recent): Recent {
  return Object.fromEntries(
    Object.entries(recent).map(([name, windows]) => [name, windows.map(({ begun }) => ({ begun, from: [] }))]),
  );
}

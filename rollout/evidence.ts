/** What was seen of both versions: counts that only grow, and what of them belongs to the step under way. */
import { addFailures, type Failures, failuresSince, surelyFailed } from './failures.ts';
import type { RecentErrors } from './recent.ts';
import type { LatencyCells } from './sequential/index.ts';

/** Of one stratum (a segment, or the sample): they are never added up, because their requests are not equally likely. */
export interface StratumCounts {
  readonly pairs: number;
  /** Pairs in which only the candidate differs from the primary. */
  readonly candidateOnly: number;
  /** Pairs in which only the control does; absent without a control. */
  readonly controlOnly?: number;
  /** Of `candidateOnly` those at fields at which the control never differs; absent without a control. */
  readonly quiet?: number;
  /** Requests that failed (5xx, or no answer), by the side that had them. */
  readonly errors: ByVersion<Failures>;
  /** Of windows within the step; present, if empty, where users are on the candidate. Not counted by anybody. */
  readonly recent?: readonly RecentErrors[];
  /** Of pairs of gRPC answers; where `errors` are of copies, they are among them. To Envoy such a failure is a success. */
  readonly grpc?: ByVersion<Failures>;
  /** No user of it is left with the primary: what that answered before stands in for what it would answer now. */
  readonly allWithCandidate?: boolean;
  readonly latency: ByVersion<LatencyCells>;
}

export interface ByVersion<T> {
  readonly primary: T;
  readonly candidate: T;
}

/** `since` names the count; absent while nobody has been counted. */
export interface AskedUsers {
  readonly audiences: string;
  readonly since?: string;
}

/** All that was counted since the epoch began. */
export interface Evidence {
  /**
   * Changes with everything that makes earlier counts mean something else: the candidate's version, the rules. Counts of
   * one basis are never subtracted from those of another.
   */
  readonly basis: string;
  /** The same of `errors`, where users are asked: who they are, and who counts them. */
  readonly users?: AskedUsers;
  /** The candidate's own version, as far as its answers say; absent while nobody has said. */
  readonly epoch?: number;
  readonly strata: Readonly<Record<string, StratumCounts>>;
  /** The first differences of the ranked list, for people: `/total at POST /api/orders`. */
  readonly findings: readonly string[];
}

export const NO_COUNTS: StratumCounts = {
  pairs: 0,
  candidateOnly: 0,
  errors: { primary: { hits: 0, trials: 0 }, candidate: { hits: 0, trials: 0 } },
  latency: { primary: new Map(), candidate: new Map() },
};

/** Strata of which a count went down, so that the step's evidence has to begin again. */
export type Since = { readonly strata: Readonly<Record<string, StratumCounts>> } | 'begin-again';

/** What was counted since `baseline`. A count that shrank, or another basis, says that the two cannot be compared. */
export function evidenceSince(evidence: Evidence, baseline: Evidence): Since {
  if (evidence.basis !== baseline.basis || !isSameCount(evidence.users, baseline.users)) return 'begin-again';
  const strata: Record<string, StratumCounts> = {};
  for (const [name, counts] of Object.entries(evidence.strata)) {
    const since = countsSince(counts, baseline.strata[name] ?? NO_COUNTS);
    if (!isSound(since)) return 'begin-again';
    strata[name] = since;
  }
  return Object.keys(baseline.strata).every((name) => name in strata) ? { strata } : 'begin-again';
}

/** The first user of all is no reason to begin again. */
function isSameCount(now: AskedUsers | undefined, then: AskedUsers | undefined): boolean {
  return now?.audiences === then?.audiences && (then?.since === undefined || now?.since === then.since);
}

function countsSince(now: StratumCounts, then: StratumCounts): StratumCounts {
  return {
    pairs: now.pairs - then.pairs,
    candidateOnly: now.candidateOnly - then.candidateOnly,
    ...(now.controlOnly !== undefined && { controlOnly: now.controlOnly - (then.controlOnly ?? 0) }),
    ...(now.quiet !== undefined && { quiet: now.quiet - (then.quiet ?? 0) }),
    errors: errorsSince(now, then.errors),
    ...(now.grpc && { grpc: grpcSince(now.grpc, then.grpc) }),
    latency: byVersion((version) => cellsSince(now.latency[version], then.latency[version])),
  };
}

function grpcSince(now: ByVersion<Failures>, then = NO_COUNTS.errors): ByVersion<Failures> {
  return byVersion((version) => failuresSince(now[version], then[version]));
}

export function errorsSince(now: StratumCounts, then: ByVersion<Failures>): ByVersion<Failures> {
  const since = byVersion((version) => failuresSince(now.errors[version], then[version]));
  const isAsked = surelyFailed(since.candidate).trials > 0;
  return now.allWithCandidate && isAsked ? { ...since, primary: now.errors.primary } : since;
}

function byVersion<T>(of: (version: keyof ByVersion<T>) => T): ByVersion<T> {
  return { primary: of('primary'), candidate: of('candidate') };
}

function cellsSince(now: LatencyCells, then: LatencyCells): LatencyCells {
  return new Map([...now].map(([cell, count]) => [cell, count - (then.get(cell) ?? 0)]));
}

function isSound(counted: StratumCounts): boolean {
  const { pairs, candidateOnly, controlOnly = 0, quiet = 0, errors, grpc = NO_COUNTS.errors, latency } = counted;
  const counts = [pairs, candidateOnly, controlOnly, quiet, candidateOnly - quiet];
  const failures = [errors.primary, errors.candidate, grpc.primary, grpc.candidate];
  for (const { hits, trials } of failures) counts.push(hits, trials - hits);
  for (const cells of [latency.primary, latency.candidate]) counts.push(...cells.values());
  return counts.every((count) => count >= 0) && candidateOnly + controlOnly <= pairs;
}

/** By stratum: how often the primary failed before those who count it began anew. */
export type PrimaryBefore = Readonly<Record<string, Failures>>;

/** Where no user is left with the primary, it is never counted again: what it did before a restart has to be kept. */
export function withBefore(evidence: Evidence, before: PrimaryBefore): Evidence {
  const strata = Object.entries(evidence.strata).map(([name, counts]): [string, StratumCounts] => {
    const ofBefore = before[name];
    if (!counts.allWithCandidate || ofBefore === undefined) return [name, counts];
    const { primary, candidate } = counts.errors;
    return [name, { ...counts, errors: { primary: addFailures(primary, ofBefore), candidate } }];
  });
  return { ...evidence, strata: Object.fromEntries(strata) };
}

/** Of counts that began anew, what they were in `baseline`. */
export function beforeOf(evidence: Evidence, baseline: Evidence, before: PrimaryBefore): PrimaryBefore {
  const lost = Object.entries(baseline.strata).flatMap(([name, { errors }]) => {
    const now = evidence.strata[name]?.errors.primary.trials ?? 0;
    return now < errors.primary.trials ? [[name, errors.primary] as const] : [];
  });
  return { ...before, ...Object.fromEntries(lost) };
}

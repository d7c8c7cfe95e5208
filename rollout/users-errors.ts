/**
 * Where users are asked, their own requests say how often each side fails: all methods, and as many as there are. Copies, of
 * which a breaker or a budget may leave out some, say it only while nobody is on the candidate.
 */
import type { PerMillion } from '../xds-server/policy/percent.ts';
import type { Evidence, StratumCounts } from './evidence.ts';
import { NO_COUNTS } from './evidence.ts';
import { EVERYONE, type Weights } from './plan.ts';
import type { SideCounts, UsersBySide } from './source.ts';

const ALL = 1_000_000;
const NOBODY: SideCounts = { requests: 0, failed: 0 };

/**
 * @param users as they are counted by the service that answered them.
 * @param shares of the step under way: which of the strata have users on the candidate.
 */
export function withUsersErrors(evidence: Evidence, users: readonly UsersBySide[], shares: Weights['users']): Evidence {
  const counted = users.filter(({ stratum }) => shareOf(stratum, shares) > 0);
  // A segment of which nothing is copied is watched, too, when its users are asked.
  const names = new Set([...Object.keys(evidence.strata), ...counted.map(({ stratum }) => stratum)]);
  const strata: Record<string, StratumCounts> = {};
  for (const name of names) {
    const share = shareOf(name, shares);
    const counts = evidence.strata[name] ?? NO_COUNTS;
    const ofUsers = users.find(({ stratum }) => stratum === name);
    strata[name] = share > 0 ? withUsers(counts, ofUsers, share) : withCopies(counts);
  }
  // By whom is asked, not by whom was seen: the first user of a segment is no reason to begin again.
  const asked = Object.entries(shares).flatMap(([audience, share]) => (share > 0 ? [audience] : []));
  if (asked.length === 0) return { ...evidence, strata };
  const since = users.find((one) => one.since !== undefined)?.since;
  return { ...evidence, users: { audiences: asked.sort().join(', '), ...(since !== undefined && { since }) }, strata };
}

/** Failures of gRPC are among those of copies, and would be asked twice. */
function withCopies({ grpc: _, ...counts }: StratumCounts): StratumCounts {
  return counts;
}

function withUsers(counts: StratumCounts, users: UsersBySide | undefined, share: PerMillion): StratumCounts {
  const of = ({ failed: hits, requests: trials, unanswered }: SideCounts = NOBODY) => ({
    hits,
    trials,
    ...(unanswered && { unanswered }),
  });
  return {
    ...counts,
    errors: { primary: of(users?.primary), candidate: of(users?.candidate) },
    ...(share >= ALL && { allWithCandidate: true }),
  };
}

/** Of the users of a stratum that the candidate answers: whoever is in a segment is of everyone, too. */
export function shareOf(stratum: string, shares: Weights['users']): PerMillion {
  const segment = /^segment (.*)$/.exec(stratum)?.[1];
  const ofSegment = segment === undefined ? 0 : (shares[segment] ?? 0);
  return Math.max(ofSegment, shares[EVERYONE] ?? 0) as PerMillion;
}

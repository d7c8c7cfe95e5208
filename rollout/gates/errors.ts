/** How much larger the candidate's share of failed requests is. */
import type { ByVersion, StratumCounts } from '../evidence.ts';
import { type Failures, perhapsFailed, surelyFailed } from '../failures.ts';
import type { Gate } from '../plan.ts';
import { type Bounds, differenceBounds, type Share } from '../sequential/index.ts';
import { type Alphas, type GateResult, moreUntil, ORDER, outcomeOf } from './gate.ts';

/** Where users speak gRPC, Envoy's counts of them say only how HTTP fared: pairs say the rest, and either may stop it. */
export function judgeErrors(stratum: string, counts: StratumCounts, gate: Gate, alphas: Alphas): GateResult {
  const { grpc } = counts;
  if (!grpc || grpc.candidate.trials === 0) return judgeRequests(stratum, counts, gate, alphas);
  const half = { ...alphas, fail: alphas.fail / 2 };
  const ofUsers = judgeRequests(stratum, counts, gate, half);
  const ofPairs: GateResult = { ...judge(stratum, grpc, gate, half), isGrpc: true };
  return ORDER.indexOf(ofPairs.outcome) < ORDER.indexOf(ofUsers.outcome) ? ofPairs : ofUsers;
}

/** All of the step may stop it, and the last of it may, each with half of the probability; what is recent lets nothing pass. */
function judgeRequests(stratum: string, { errors, recent }: StratumCounts, gate: Gate, alphas: Alphas): GateResult {
  if (!recent) return judge(stratum, errors, gate, alphas);
  const fail = alphas.fail / 2;
  const ofStep = judge(stratum, errors, gate, { ...alphas, fail });
  if (ofStep.outcome === 'fail') return ofStep;
  for (const { errors: lately, share } of recent) {
    const candidate = surelyFailed(lately.candidate);
    // No interval need be sought where its middle is within the bound already.
    if (rateOf(candidate) - rateOf(surelyFailed(lately.primary)) <= gate.atMost) continue;
    const result = judge(stratum, lately, gate, { ...alphas, fail: fail * share });
    if (result.outcome === 'fail') return { ...result, last: candidate.trials };
  }
  return ofStep;
}

function rateOf({ hits, trials }: Share): number {
  return hits / Math.max(trials, 1);
}

function judge(stratum: string, errors: ByVersion<Failures>, gate: Gate, alphas: Alphas): GateResult {
  const bounds = boundsOf(errors, gate.atMost, alphas);
  const candidate = surelyFailed(errors.candidate);
  const count = Math.min(candidate.trials, surelyFailed(errors.primary).trials);
  const outcome = outcomeOf(bounds, gate.atMost);
  const isKnown = count > 0;
  const unanswered = candidate.hits - errors.candidate.hits;
  return {
    gate: 'errors',
    stratum,
    outcome,
    value: isKnown ? bounds.rate : null,
    low: isKnown ? bounds.low : null,
    high: isKnown ? bounds.high : null,
    atMost: gate.atMost,
    count,
    ...(unanswered > 0 && { unanswered }),
    more: outcome !== 'not-enough-data' ? 0 : isKnown ? moreUntil(count, bounds, gate.atMost) : null,
  };
}

/** What the primary may have failed without anybody's knowing stops no candidate, and lets none pass. */
function boundsOf({ primary, candidate }: ByVersion<Failures>, aroundRate: number, alphas: Alphas): Bounds {
  const options = { lowAlpha: alphas.fail, highAlpha: alphas.pass, aroundRate };
  const failed = surelyFailed(candidate);
  const bounds = differenceBounds(failed, surelyFailed(primary), options);
  if (!primary.unanswered) return bounds;
  const { low } = differenceBounds(failed, perhapsFailed(primary, candidate), options);
  return { ...bounds, low: Math.min(low, bounds.low) };
}

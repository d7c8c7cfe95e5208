/** How much larger the candidate's share of failed requests is. */
import type { ByVersion, StratumCounts } from '../evidence.ts';
import { type Failures, perhapsFailed, surelyFailed } from '../failures.ts';
import type { Gate } from '../plan.ts';
import { type Bounds, differenceBounds } from '../sequential/index.ts';
import { type Alphas, type GateResult, moreUntil, ORDER, outcomeOf } from './gate.ts';

/** Where users speak gRPC, Envoy's counts of them say only how HTTP fared: pairs say the rest, and either may stop it. */
export function judgeErrors(stratum: string, { errors, grpc }: StratumCounts, gate: Gate, alphas: Alphas): GateResult {
  if (!grpc || grpc.candidate.trials === 0) return judge(stratum, errors, gate, alphas);
  const half = { ...alphas, fail: alphas.fail / 2 };
  const ofUsers = judge(stratum, errors, gate, half);
  const ofPairs: GateResult = { ...judge(stratum, grpc, gate, half), isGrpc: true };
  return ORDER.indexOf(ofPairs.outcome) < ORDER.indexOf(ofUsers.outcome) ? ofPairs : ofUsers;
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

/** How much larger the candidate's share of failed requests is. */
import type { StratumCounts } from '../evidence.ts';
import type { Gate } from '../plan.ts';
import { differenceBounds } from '../sequential/index.ts';
import { type Alphas, type GateResult, moreUntil, outcomeOf } from './gate.ts';

export function judgeErrors(stratum: string, { errors }: StratumCounts, gate: Gate, alphas: Alphas): GateResult {
  const bounds = differenceBounds(errors.candidate, errors.primary, {
    lowAlpha: alphas.fail,
    highAlpha: alphas.pass,
    aroundRate: gate.atMost,
  });
  const count = Math.min(errors.candidate.trials, errors.primary.trials);
  const outcome = outcomeOf(bounds, gate.atMost);
  const isKnown = count > 0;
  return {
    gate: 'errors',
    stratum,
    outcome,
    value: isKnown ? bounds.rate : null,
    low: isKnown ? bounds.low : null,
    high: isKnown ? bounds.high : null,
    atMost: gate.atMost,
    count,
    more: outcome !== 'not-enough-data' ? 0 : isKnown ? moreUntil(count, bounds, gate.atMost) : null,
  };
}

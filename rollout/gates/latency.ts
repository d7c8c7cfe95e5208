/** How much longer the candidate's p99 is, as a share of the primary's. */
import type { StratumCounts } from '../evidence.ts';
import type { Gate } from '../plan.ts';
import { type LatencyCells, quantileBounds } from '../sequential/index.ts';
import { type Alphas, type GateResult, moreUntil, outcomeOf } from './gate.ts';

const P99 = 0.99;

export function judgeLatency(
  stratum: string,
  { latency }: StratumCounts,
  gate: Gate,
  alphas: Alphas,
  expectedValues: number,
): GateResult {
  // Each end needs an end of both quantiles, each with half the probability of error (Boole).
  const [pass, fail] = [alphas.pass / 2, alphas.fail / 2];
  const common = { quantile: P99, expectedValues };
  const candidate = quantileBounds(latency.candidate, { ...common, lowAlpha: fail, highAlpha: pass });
  const primary = quantileBounds(latency.primary, { ...common, lowAlpha: pass, highAlpha: fail });
  const bounds = {
    rate: candidate.rate / primary.rate - 1,
    low: candidate.low / primary.high - 1,
    high: primary.low > 0 ? candidate.high / primary.low - 1 : Number.POSITIVE_INFINITY,
  };
  const count = Math.min(valuesIn(latency.candidate), valuesIn(latency.primary));
  const outcome = count === 0 ? 'not-enough-data' : outcomeOf(bounds, gate.atMost);
  return {
    gate: 'latencyP99',
    stratum,
    outcome,
    value: count === 0 ? null : bounds.rate,
    low: count === 0 ? null : bounds.low,
    high: count === 0 || !Number.isFinite(bounds.high) ? null : bounds.high,
    atMost: gate.atMost,
    count,
    more: outcome !== 'not-enough-data' ? 0 : count === 0 ? null : moreUntil(count, bounds, gate.atMost),
  };
}

function valuesIn(cells: LatencyCells): number {
  return [...cells.values()].reduce((sum, count) => sum + count, 0);
}

/** The share of pairs that differ beyond noise. */
import type { StratumCounts } from '../evidence.ts';
import type { Gate } from '../plan.ts';
import { type Bounds, pairedBounds, shareBounds } from '../sequential/index.ts';
import { type Alphas, type GateResult, moreUntil, outcomeOf } from './gate.ts';

export function judgeDifferences(stratum: string, counts: StratumCounts, gate: Gate, alphas: Alphas): GateResult {
  const { pairs } = counts;
  const bounds = boundsOf(counts, gate.atMost, alphas);
  const outcome = outcomeOf(bounds, gate.atMost);
  return {
    gate: 'differences',
    stratum,
    outcome,
    value: pairs === 0 ? null : Math.max(0, bounds.rate),
    low: pairs === 0 ? null : Math.max(0, bounds.low),
    high: pairs === 0 ? null : bounds.high,
    atMost: gate.atMost,
    count: pairs,
    more: outcome === 'not-enough-data' ? moreOf(pairs, bounds, gate.atMost, alphas) : 0,
  };
}

function boundsOf(counts: StratumCounts, aroundRate: number, { pass, fail }: Alphas): Bounds {
  const { pairs, candidateOnly, controlOnly, quiet } = counts;
  const options = { lowAlpha: fail, highAlpha: pass, aroundRate };
  if (controlOnly === undefined) return shareBounds({ hits: candidateOnly, trials: pairs }, options);
  if (quiet === undefined) return pairedBounds({ pairs, candidateOnly, controlOnly }, options);
  // Where noise is frequent, what differs at a field that is never noisy says more than all of it together. Either may stop
  // the candidate, so each has half of the probability; to pass, all of it has to be within the bound.
  const half = { ...options, lowAlpha: fail / 2 };
  const all = pairedBounds({ pairs, candidateOnly, controlOnly }, half);
  const beyondNoise = shareBounds({ hits: quiet, trials: pairs }, half);
  return beyondNoise.low > Math.max(all.low, 0) ? { ...all, rate: beyondNoise.rate, low: beyondNoise.low } : all;
}

function moreOf(pairs: number, bounds: Bounds, atMost: number, alphas: Alphas): number | null {
  return pairs === 0 ? leastPairs(atMost, alphas) : moreUntil(pairs, bounds, atMost);
}

/** Pairs without any difference after which the gate opens. */
export function leastPairs(atMost: number, alphas: Pick<Alphas, 'pass'>): number {
  const opens = (pairs: number) => {
    const options = { lowAlpha: alphas.pass, highAlpha: alphas.pass, aroundRate: atMost };
    return (
      shareBounds({ hits: 0, trials: pairs }, options).high <= atMost &&
      pairedBounds({ pairs, candidateOnly: 0, controlOnly: 0 }, options).high <= atMost
    );
  };
  let [below, above] = [0, 1];
  while (!opens(above)) [below, above] = [above, above * 2];
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (opens(middle)) above = middle;
    else below = middle;
  }
  return above;
}

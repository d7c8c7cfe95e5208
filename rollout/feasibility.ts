/** Plans whose gates could never open with the pairs they ask for, and what would do. */
import { alphasOf, leastPairs } from './gates/index.ts';
import type { Gate, RolloutPlan } from './plan.ts';

export interface Infeasible {
  /** JSON Pointer below the rollout. */
  readonly path: string;
  readonly message: string;
}

/** Judged with as many strata as the mirror has: its segments, and the sample. */
export function feasibility(plan: RolloutPlan, strata: number): Infeasible[] {
  const { differences } = plan.gates;
  if (differences === undefined) return [];
  const needed = pairsFor(plan, differences, strata);
  if (plan.step.pairs >= needed) return [];
  const gate = `an upper bound of ${percent(differences.atMost)} at ${percent(differences.confidence)}`;
  const widest = percent(leastBound(plan, differences, strata));
  return [
    {
      path: '/step/pairs',
      message: `${gate} that may be looked at any number of times needs at least ${needed} pairs without any difference, and a step asks for ${plan.step.pairs}; give "step.pairs" at least ${needed}, or "differences.atMost" at least ${widest}`,
    },
  ];
}

/** Pairs without any difference that each stratum needs before the gate of differences opens; 0 without that gate. */
export function leastCleanPairs(plan: RolloutPlan): number {
  const { differences } = plan.gates;
  return differences === undefined ? 0 : pairsFor(plan, differences, 1);
}

function pairsFor(plan: RolloutPlan, gate: Gate, strata: number): number {
  return leastPairs(gate.atMost, alphasOf(gate.confidence, plan, strata));
}

/** To two digits, rounded up. */
function leastBound(plan: RolloutPlan, gate: Gate, strata: number): number {
  let [below, above] = [gate.atMost, 1];
  for (let step = 0; step < 30; step += 1) {
    const middle = Math.sqrt(below * above);
    if (pairsFor(plan, { ...gate, atMost: middle }, strata) <= plan.step.pairs) above = middle;
    else below = middle;
  }
  const digit = 10 ** (Math.floor(Math.log10(above)) - 1);
  return Math.ceil(above / digit - 1e-9) * digit;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`;
}

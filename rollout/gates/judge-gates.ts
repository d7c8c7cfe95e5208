/** All gates of a step over all strata: pure, asked as often as one likes. */
import type { StratumCounts } from '../evidence.ts';
import { type Gates, type RolloutPlan, stepsOf } from '../plan.ts';
import { judgeDifferences } from './differences.ts';
import { judgeErrors } from './errors.ts';
import { type Alphas, type GateOutcome, type GateResult, ORDER } from './gate.ts';
import { judgeLatency } from './latency.ts';

export interface GatesReport {
  readonly outcome: GateOutcome;
  /** Those that failed first, then those that lack data. */
  readonly results: readonly GateResult[];
}

/**
 * A step is passed only by all gates in all strata, so each may open wrongly with half of what the confidence leaves
 * (intersection-union test, Berger 1982). It is stopped by any of them in any step: the other half is divided among them
 * (Bonferroni), and the whole rollout of a candidate within all bounds is stopped with at most that probability.
 */
export function alphasOf(confidence: number, plan: RolloutPlan, strata: number): Alphas {
  const pass = (1 - confidence) / 2;
  const gates = Object.values(plan.gates).filter((gate) => gate !== undefined).length;
  return { pass, fail: pass / Math.max(1, gates * Math.max(1, strata) * stepsOf(plan).length) };
}

const JUDGES = {
  differences: judgeDifferences,
  errors: judgeErrors,
  latencyP99: judgeLatency,
} as const satisfies Record<keyof Gates, unknown>;

/** With no stratum at all there is not enough data, whatever the gates. */
export function judgeGates(plan: RolloutPlan, strata: Readonly<Record<string, StratumCounts>>): GatesReport {
  const names = Object.keys(strata).sort();
  const results = Object.entries(JUDGES).flatMap(([name, judge]) => {
    const gate = plan.gates[name as keyof Gates];
    if (gate === undefined) return [];
    const alphas = alphasOf(gate.confidence, plan, names.length);
    return names.map((stratum) => judge(stratum, strata[stratum]!, gate, alphas, plan.step.pairs));
  });
  return {
    outcome: names.length === 0 ? 'not-enough-data' : together(results),
    results: results.toSorted((one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome)),
  };
}

function together(results: readonly GateResult[]): GateOutcome {
  return ORDER.find((outcome) => results.some((result) => result.outcome === outcome)) ?? 'pass';
}

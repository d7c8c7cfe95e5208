/** A rollout in the middle of its plan, for tests of what the page makes of it. */
import { EVERYONE, type RolloutPlan } from '../../../rollout/index.ts';
import { ALL } from '../../../xds-server/policy/percent.ts';
import { share, viewOfPlan } from '../../../xds-server/rollouts/testing-view.ts';
import type { RolloutView } from '../../../xds-server/rollouts/view.ts';

const GATE = { confidence: 0.95 };

export const PLAN: RolloutPlan = {
  mirror: [share(1), share(5), share(25), ALL],
  canary: [
    { audience: 'employees', shares: [share(10), ALL] },
    { audience: 'beta', shares: [share(50), ALL] },
    { audience: EVERYONE, shares: [share(1), share(5), share(25), share(50), ALL] },
  ],
  step: { atLeastMs: 600_000, pairs: 8_000 },
  gates: {
    differences: { atMost: 0.001, ...GATE },
    errors: { atMost: 0.002, ...GATE },
    latencyP99: { atMost: 0.1, ...GATE },
  },
  checks: [],
  onFailure: 'rollback',
  approve: ['canary'],
};

/** @param step index of the one under way */
export function viewAt(step: number, more: Partial<RolloutView> = {}): RolloutView {
  return viewOfPlan(PLAN, step, { startedBy: 'ann', ...more });
}

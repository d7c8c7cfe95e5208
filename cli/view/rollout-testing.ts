/** A rollout as the API gives it, for tests. */
import { EVERYONE, type RolloutPlan } from '../../rollout/index.ts';
import { share, viewOfPlan } from '../../xds-server/rollouts/testing-view.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';

export const PLAN: RolloutPlan = {
  mirror: [share(25), share(100)],
  canary: [
    { audience: 'employees', shares: [share(100)] },
    { audience: EVERYONE, shares: [share(10), share(100)] },
  ],
  step: { atLeastMs: 600_000, pairs: 8_000 },
  gates: { differences: { atMost: 0.001, confidence: 0.95 }, latencyP99: { atMost: 0.1, confidence: 0.95 } },
  checks: [],
  onFailure: 'rollback',
  approve: ['canary'],
};

/** @param step index of the one under way; -1 before the first */
export function viewAt(step: number, more: Partial<RolloutView> = {}): RolloutView {
  return viewOfPlan(PLAN, step, more);
}

export function eventAt(
  second: number,
  more: Partial<RolloutView['events'][number]> = {},
): RolloutView['events'][number] {
  return {
    at: `2026-01-05T12:00:${String(second).padStart(2, '0')}.500Z`,
    kind: 'step',
    by: 'shadowplane',
    status: 'running',
    step: 'mirror 100%',
    why: 'mirror 25% passed',
    weights: { copies: share(100), users: {} },
    ...more,
  };
}

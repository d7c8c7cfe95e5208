/** A rollout in the middle of its plan, for tests of what the page makes of it. */

import { EVERYONE, type RolloutPlan, stepsOf } from '../../../rollout/index.ts';
import { ALL, type PerMillion } from '../../../xds-server/policy/percent.ts';
import type { RolloutView } from '../../../xds-server/rollouts/view.ts';

export const share = (percent: number) => (percent * 10_000) as PerMillion;

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

const NOBODY = { requests: 0, failed: 0 };

/** @param step index of the one under way */
export function viewAt(step: number, more: Partial<RolloutView> = {}): RolloutView {
  const steps = stepsOf(PLAN);
  const current = steps[step];
  const weights = current?.weights ?? { copies: 'as-configured', users: {} };
  return {
    mirror: 'orders',
    status: 'running',
    phase: current?.phase ?? null,
    plan: PLAN,
    steps: steps.map((one, index) => ({
      ...one,
      state: index < step ? 'passed' : index === step ? 'current' : 'ahead',
    })),
    step: step < 0 ? null : step,
    weights,
    why: step > 0 ? `${steps[step - 1]!.name} passed` : 'started',
    waitingFor: [],
    elapsedMs: 240_000,
    gates: [],
    checks: [],
    delivered: { acked: 2, of: 2, waitingFor: null },
    users: [],
    exposed: { total: NOBODY, step: NOBODY },
    events: [],
    startedAt: '2026-01-05T12:00:00.000Z',
    startedBy: 'ann',
    drivenBy: { id: 'cp-1', isThis: true },
    ...more,
  };
}

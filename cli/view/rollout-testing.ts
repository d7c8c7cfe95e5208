/** A rollout as the API gives it, for tests. */
import { EVERYONE, type RolloutPlan, stepsOf } from '../../rollout/index.ts';
import type { PerMillion } from '../../xds-server/policy/percent.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';

const share = (percent: number) => (percent * 10_000) as PerMillion;

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

const NOBODY = { requests: 0, failed: 0 };

/** @param step index of the one under way; -1 before the first */
export function viewAt(step: number, more: Partial<RolloutView> = {}): RolloutView {
  const steps = stepsOf(PLAN);
  return {
    mirror: 'orders',
    status: 'running',
    phase: steps[step]?.phase ?? null,
    plan: PLAN,
    steps: steps.map((one, index) => ({
      ...one,
      state: index < step ? 'passed' : index === step ? 'current' : 'ahead',
    })),
    step: step < 0 ? null : step,
    weights: steps[step]?.weights ?? { copies: 'as-configured', users: {} },
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
    startedBy: 'ada',
    drivenBy: { id: 'cp-1', isThis: true },
    ...more,
  };
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

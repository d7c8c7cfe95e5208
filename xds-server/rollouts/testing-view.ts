/** A rollout under way as the API gives it, for tests of what is made of it. */
import { type RolloutPlan, stepsOf } from '../../rollout/index.ts';
import type { PerMillion } from '../policy/percent.ts';
import type { RolloutView } from './view.ts';

export const share = (percent: number) => (percent * 10_000) as PerMillion;

const NOBODY = { requests: 0, failed: 0 };

/** @param step index of the one under way; -1 before the first */
export function viewOfPlan(plan: RolloutPlan, step: number, more: Partial<RolloutView> = {}): RolloutView {
  const steps = stepsOf(plan);
  return {
    mirror: 'orders',
    status: 'running',
    phase: steps[step]?.phase ?? null,
    plan,
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

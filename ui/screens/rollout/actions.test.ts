import { expect, it } from 'vitest';
import { type Command, command, start } from '../../../rollout/decide.ts';
import { EVERYONE, type RolloutPlan, stepsOf } from '../../../rollout/plan.ts';
import { type RolloutState, STATUSES, type Status } from '../../../rollout/state.ts';
import type { PerMillion } from '../../../xds-server/policy/percent.ts';
import { actionsOf } from './actions.ts';

const share = (percent: number) => (percent * 10_000) as PerMillion;
const PLAN: RolloutPlan = {
  mirror: [share(5)],
  canary: [{ audience: EVERYONE, shares: [share(10), share(100)] }],
  step: { atLeastMs: 60_000, pairs: 1_000 },
  gates: {},
  checks: [],
  onFailure: 'rollback',
  approve: [],
};
const COMMANDS: readonly Command[] = ['promote', 'pause', 'resume', 'rollback', 'abort', 'finish'];
const viewOf = (status: Status | 'none' | 'ready', plan = PLAN) => ({
  status,
  steps: stepsOf(plan).map((step) => ({ ...step, state: 'ahead' as const })),
});

it.each(STATUSES)('offers exactly what the state machine takes: %s', (status) => {
  const state: RolloutState = { status, step: 1, elapsedMs: 0, baseline: null, why: '' };
  const taken = COMMANDS.filter((asked) => 'state' in command(PLAN, state, asked, 'ann'));
  const offered = actionsOf(viewOf(status), true).filter(({ refused }) => refused === undefined);
  expect(
    offered
      .map(({ action }) => action)
      .filter((action) => action !== 'start')
      .sort(),
  ).toEqual(taken.sort());
  expect(offered.some(({ action }) => action === 'start')).toBe(taken.length === 0);
});

it('always has a reason where it does not, and the way back last', () => {
  for (const status of STATUSES) {
    const actions = actionsOf(viewOf(status), true);
    for (const { refused } of actions) expect(refused ?? 'a reason').not.toBe('');
    if (actions.length > 1) expect(actions.at(-1)).toMatchObject({ action: 'rollback', refused: undefined });
  }
});

it('starts a plan with steps, and none without', () => {
  expect(actionsOf(viewOf('none'), true)).toEqual([]);
  expect(actionsOf(viewOf('ready'), true)).toEqual([{ action: 'start', label: 'Start…', refused: undefined }]);
  expect(actionsOf(viewOf('finished'), false)[0]!.refused).toContain('no plan');
  const empty = { ...PLAN, mirror: [], canary: [] };
  expect(start(empty)).toHaveProperty('refused');
  expect(actionsOf(viewOf('ready', empty), true)[0]!.refused).toContain('no step');
});

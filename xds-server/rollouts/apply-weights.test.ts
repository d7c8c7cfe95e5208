import { expect, it } from 'vitest';
import { start, stepsOf } from '../../rollout/index.ts';
import { movesUsers, usersShares } from '../resources/index.ts';
import { applyWeights } from './apply-weights.ts';
import { newRun, type Run } from './run.ts';
import { documentOf, MIRROR, planOf, policyOf } from './testing.ts';

/** Finished, the policy changed, and Envoys have not all acknowledged it. */
function settling(): Run {
  const plan = planOf();
  const started = start(plan);
  if ('refused' in started) throw new Error(started.refused);
  const state = { ...started.state, status: 'finished', step: stepsOf(plan).length - 1 } as const;
  const run = newRun(state, { plan, primary: 'v1', shadow: 'v2', by: 'me', at: new Date(0) });
  return { ...run, finish: 'settling' };
}

const swapped = { primary: 'v2', shadow: 'v1' };
const applied = (rollout?: object) =>
  applyWeights(policyOf(documentOf(rollout, swapped)), (mirror) => (mirror === MIRROR ? settling() : undefined))
    .mirrors[0]!;

it('of a rollout that has just ended are kept for routes of before', () => {
  expect(usersShares(applied())).toMatchObject({ 'shadowplane.orders.users.v2.sample': 1_000_000 });
});

it('never become those of a plan for the way back', () => {
  const mirror = applied({ canary: ['100%'] });
  expect(movesUsers(mirror)).toBe(true);
  expect(mirror.users).toBeUndefined();
});

it('of copies leave out whom the mirror leaves out', () => {
  const plan = planOf();
  const answer = start(plan);
  if ('refused' in answer) throw new Error(answer.refused);
  const run = newRun(answer.state, { plan, primary: 'v1', shadow: 'v2', by: 'me', at: new Date(0) });
  const sharesOf = (staff: string) => {
    const document = documentOf({ mirror: ['10%'] }, { segments: { staff } });
    const [mirror] = applyWeights(policyOf(document), () => run).mirrors;
    return [mirror!.segments[0]!.share, mirror!.sample];
  };
  expect(sharesOf('50%')).toEqual([100_000, 100_000]);
  expect(sharesOf('0%')).toEqual([0, 100_000]);
});

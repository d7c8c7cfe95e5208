/** Users on a candidate are watched whatever becomes of the comparison: how they fare is told by Envoys alone. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MIRROR, newWorld, openInEachTest, passStep, see, usersIn, type World } from './testing.ts';

const inTest = openInEachTest();
let world: World;
beforeEach(() => {
  world = newWorld();
});

const open = () => inTest.open(world);

/** Of the staff, who are on the candidate, as many on each side. */
function answerUsers(requests: number, failed: number): void {
  const side = (hits: number) => ({ requests, failed: hits });
  world.users = [{ stratum: 'segment staff', since: 'here', primary: side(0), candidate: side(failed) }];
}

async function withStaffOn() {
  const rollouts = await open();
  await rollouts.start(MIRROR, 'ada');
  await passStep(rollouts, world);
  await passStep(rollouts, world);
  expect(usersIn(rollouts, world)).toBe('100, 100; {"staff":1000000}');
  return rollouts;
}

describe.each<[string, World['evidence']]>([
  ['says nothing', undefined],
  [
    'throws',
    async () => {
      throw new Error('worker gone');
    },
  ],
  ['hangs', () => new Promise<undefined>(() => {})],
])('a comparison that %s', (_, broken) => {
  const looked = async (rollouts: Awaited<ReturnType<typeof open>>) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const look = rollouts.look();
    await vi.advanceTimersByTimeAsync(5_000);
    await look;
    vi.useRealTimers();
    return rollouts.view(MIRROR);
  };

  it.each(['in the middle of a step', 'from its beginning', 'and a restart'])(
    '%s: who is failed goes back',
    async (when) => {
      let rollouts = await withStaffOn();
      answerUsers(1_000, 0);
      if (when !== 'from its beginning') await rollouts.look();
      world.evidence = broken;
      if (when === 'and a restart') rollouts = await open();
      world.nowMs += 4_000;
      await looked(rollouts);
      answerUsers(5_000, 0);
      const watching = await looked(rollouts);
      expect(watching).toMatchObject({ status: 'running', step: 2, elapsedMs: 0 });
      expect(watching.waitingFor.join()).toContain('only failures of users are judged');
      answerUsers(9_000, 500);
      const view = await looked(rollouts);
      expect(view).toMatchObject({
        status: 'rolled-back',
        why: expect.stringMatching(/^gate "errors" in segment staff/),
      });
      expect(world.published.at(-1)).toBe('100, 5; {}');
    },
  );
});

it('goes on when the comparison is back, with what users told meanwhile', async () => {
  const rollouts = await withStaffOn();
  await passStep(rollouts, world);
  const seen = world.evidence;
  world.evidence = undefined;
  await rollouts.look();
  await rollouts.look();
  expect(rollouts.view(MIRROR).step).toBe(3);
  if (typeof seen === 'object') see(world, seen);
  await passStep(rollouts, world);
  expect(rollouts.view(MIRROR)).toMatchObject({ status: 'running', step: 4 });
});

it('where no gate asks for failures, nothing is judged', async () => {
  world = newWorld({
    canary: ['100%'],
    step: { atLeast: '0s', pairs: 5_000 },
    gates: { differences: { atMost: '1%' } },
  });
  world.evidence = undefined;
  const rollouts = await open();
  await rollouts.start(MIRROR, 'ada');
  for (const failed of [0, 500]) {
    answerUsers(1_000 + failed, failed);
    await rollouts.look();
  }
  expect(rollouts.view(MIRROR)).toMatchObject({
    status: 'running',
    waitingFor: ['the comparison does not answer, so there are no figures'],
  });
});

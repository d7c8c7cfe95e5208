/** Who is failed late, after many who were not, is noticed soon: after the last step, after a restart, and by every replica. */
import { expect, it } from 'vitest';
import type { Rollouts } from './index.ts';
import { evidence, MIRROR, newWorld, openInEachTest, type World } from './testing.ts';

const inTest = openInEachTest();

/** Of everyone, who are on the candidate or on both. */
function answerUsers(world: World, { primary = 0, candidate = 0, failed = 0 }): void {
  const [row] = world.users;
  world.users = [
    {
      stratum: 'sample',
      since: 'here',
      primary: { requests: (row?.primary.requests ?? 0) + primary, failed: 0 },
      candidate: {
        requests: (row?.candidate.requests ?? 0) + candidate,
        failed: (row?.candidate.failed ?? 0) + failed,
      },
    },
  ];
  world.nowMs += 500;
}

async function promoted(rollouts: Rollouts, times: number): Promise<void> {
  await rollouts.start(MIRROR, 'ada');
  for (let step = 0; step < times; step += 1) await rollouts.command(MIRROR, 'promote', 'ada');
}

/** @returns after how many requests it was taken back, of which each third failed */
async function untilBack(rollouts: Rollouts, world: World, primary: number): Promise<number> {
  for (let bad = 30; bad <= 3_000; bad += 30) {
    answerUsers(world, { primary, candidate: 30, failed: 10 });
    await rollouts.look();
    if (rollouts.view(MIRROR).status === 'rolled-back') return bad;
  }
  return Number.POSITIVE_INFINITY;
}

it('after the last step, by a process that follows the one that counted', async () => {
  const world = newWorld();
  world.evidence = evidence(0);
  answerUsers(world, { primary: 100_000 });
  const before = await inTest.open(world);
  await promoted(before, 5);
  for (let look = 0; look < 200; look += 1) {
    await before.look();
    answerUsers(world, { candidate: 1_000 });
  }
  world.nowMs += 4_000;
  await before.look();
  const next = await inTest.open(world);
  expect(next.view(MIRROR).status).toBe('passed');
  expect(await untilBack(next, world, 0)).toBeLessThanOrEqual(180);
  const { why, gates } = next.view(MIRROR);
  expect(why).toMatch(/^gate "errors" in sample in the last [\d,]+ requests: /);
  expect(gates[0]).toMatchObject({ gate: 'errors', outcome: 'fail', last: expect.any(Number) });
  expect(gates[0]!.last).toBeLessThan(3_000);
});

it('by a replica that does not drive, for users of its own Envoys', async () => {
  const [driving, watching] = [newWorld(), newWorld()];
  for (const world of [driving, watching]) {
    world.evidence = evidence(0);
    answerUsers(world, {});
  }
  const lookAt = async (rollouts: Rollouts, world: World, looks: number) => {
    for (let look = 0; look < looks; look += 1) {
      await rollouts.look();
      answerUsers(world, { primary: 3_000, candidate: 1_000 });
    }
  };
  const driver = await inTest.open(driving, { shared: true });
  await promoted(driver, 3);
  await lookAt(driver, driving, 30);
  const witness = await inTest.open(watching, { me: 'two', shared: true });
  expect(witness.view(MIRROR)).toMatchObject({ step: 3, drivenBy: { id: 'one', isThis: false } });
  // Of an attempt before: where the windows of the other began is nowhere in these counts.
  answerUsers(watching, { primary: 300_000, candidate: 100_000, failed: 20_000 });
  await lookAt(witness, watching, 200);
  expect(witness.view(MIRROR).status).toBe('running');
  expect(await untilBack(witness, watching, 90)).toBeLessThanOrEqual(180);
  expect(witness.view(MIRROR).why).toContain('in the last');
});

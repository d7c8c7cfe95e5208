/** Nobody is moved, and nothing is finished, that nobody asked for: after restarts, undone changes, with others who are late. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { libsqlDialect } from '../../store/index.ts';
import { RolloutStore, type Rollouts } from './index.ts';
import {
  documentOf,
  evidence,
  MIRROR,
  newWorld,
  openRollouts,
  passStep,
  policyOf,
  usersIn,
  type World,
  writtenPlan,
} from './testing.ts';

let directory: string;
let world: World;
let opened: Rollouts[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-unasked-'));
  world = newWorld();
  opened = [];
});
afterEach(async () => {
  for (const rollouts of opened) await rollouts.close();
  rmSync(directory, { recursive: true });
});

const dialect = () => libsqlDialect(directory, { file: 'rollout.db' });

async function open(options: Parameters<typeof openRollouts>[2] = {}, of = world): Promise<Rollouts> {
  const rollouts = await openRollouts(of, dialect(), options);
  opened.push(rollouts);
  return rollouts;
}

async function passed(options: Parameters<typeof openRollouts>[2] = {}): Promise<Rollouts> {
  const rollouts = await open(options);
  await rollouts.start(MIRROR, 'ada');
  for (let step = 0; step < 5; step += 1) await passStep(rollouts, world);
  return rollouts;
}

const AT_REST = '100, 5; {}';
const EVERYONE = '100, 100; {"staff":1000000,"everyone":1000000}';

describe('a finish that was undone in the policy', () => {
  it('moves nobody after a restart', async () => {
    const rollouts = await passed();
    await rollouts.command(MIRROR, 'finish', 'ada');
    await rollouts.look();
    world.document = documentOf(writtenPlan());
    rollouts.follow(policyOf(world.document));
    expect(usersIn(rollouts, world)).toBe(AT_REST);
    expect(usersIn(await open(), world)).toBe(AT_REST);
  });

  it('moves nobody where another control plane had heard of the policy before it heard of the rollout', async () => {
    const there: World = { ...world, document: structuredClone(world.document), published: [], problems: [] };
    const rollouts = await passed({ shared: true });
    const other = await open({ shared: true, me: 'two' }, there);
    expect(usersIn(other, there)).toBe(EVERYONE);
    await rollouts.command(MIRROR, 'finish', 'ada');
    await rollouts.look();
    there.document = world.document;
    other.follow(policyOf(there.document));
    await other.poll();
    there.document = documentOf(writtenPlan());
    other.follow(policyOf(there.document));
    expect(usersIn(other, there)).toBe(AT_REST);
  });
});

it('a finish that was cut off waits for the policy to be known', async () => {
  const rollouts = await passed({ finish: () => new Promise(() => {}) });
  void rollouts.command(MIRROR, 'finish', 'ada');
  await vi.waitFor(() => expect(rollouts.view(MIRROR).status).toBe('finished'));
  const store = await RolloutStore.open(dialect());
  const { Rollouts: Room } = await import('./index.ts');
  const next = await Room.open({
    store,
    shared: false,
    me: 'one',
    onChange: () => {},
    source: { evidenceOf: async () => undefined, usersOf: () => [] },
    delivery: () => ({ acked: 1, of: 1, waitingFor: null }),
    finish: async () => {},
  });
  opened.push(next);
  await next.look();
  await next.look();
  expect((await store.read(MIRROR))!.run.finish).toBe('writing');
});

it('who follows one that was silent ends what the policy has changed meanwhile', async () => {
  const there: World = { ...world, document: structuredClone(world.document), published: [], problems: [] };
  const rollouts = await open({ shared: true });
  await rollouts.start(MIRROR, 'ada');
  for (let step = 0; step < 3; step += 1) await passStep(rollouts, world);
  const other = await open({ shared: true, me: 'two' }, there);
  other.follow(policyOf(documentOf(undefined)));
  await other.poll();
  there.nowMs += 6_000;
  await other.poll();
  expect(other.view(MIRROR).drivenBy?.isThis).toBe(true);
  await other.look();
  expect(other.view(MIRROR)).toMatchObject({ status: 'aborted', why: 'its plan was taken out of the policy' });
});

it('a store that hangs with a step does not hold up a gate that fails', async () => {
  const store = await RolloutStore.open(dialect());
  const rollouts = await open({ store });
  await rollouts.start(MIRROR, 'ada');
  for (let step = 0; step < 3; step += 1) await passStep(rollouts, world);
  await rollouts.look();
  vi.spyOn(store, 'write').mockImplementation(() => new Promise(() => {}));
  // Figures that are due to be stored, or a step that is: neither is.
  world.nowMs += 4_000;
  void rollouts.look();
  await vi.waitFor(() => expect(store.write).toHaveBeenCalled());
  world.evidence = evidence(200_000, 40_000);
  await vi.waitFor(() => {
    void rollouts.look();
    expect(usersIn(rollouts, world)).toBe(AT_REST);
  });
  expect(rollouts.view(MIRROR).status).toBe('rolled-back');
  opened.splice(0, 1);
  await store.close();
});

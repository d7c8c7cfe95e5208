/** Nobody is moved, and nothing is finished, that nobody asked for: after restarts, undone changes, with others who are late. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RolloutStore, type Rollouts } from './index.ts';
import {
  documentOf,
  evidence,
  MIRROR,
  newWorld,
  type OpenOptions,
  openInEachTest,
  passStep,
  policyOf,
  usersIn,
  type World,
  writtenPlan,
} from './testing.ts';

const inTest = openInEachTest();
let world: World;
beforeEach(() => {
  world = newWorld();
});

const open = (options: OpenOptions = {}, of = world) => inTest.open(of, options);

async function passed(options: OpenOptions = {}): Promise<Rollouts> {
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
  const store = await RolloutStore.open(inTest.sqlite());
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
  inTest.closeAfter(next);
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
  expect(other.view(MIRROR).events.at(-1)).toMatchObject({ kind: 'abort', by: 'shadowplane' });
});

it('another version of the candidate makes what was passed begin again, and is told so', async () => {
  world = newWorld(writtenPlan({ approve: ['canary'] }));
  const rollouts = await open();
  await rollouts.start(MIRROR, 'ada');
  for (let step = 0; step < 2; step += 1) await passStep(rollouts, world);
  expect(rollouts.view(MIRROR)).toMatchObject({ status: 'awaiting-approval', step: 1 });
  world.evidence = evidence(10, 0, { epoch: 2 });
  await rollouts.look();
  const last = { kind: 'began-again', status: 'running', step: 'mirror 10%' };
  expect(rollouts.view(MIRROR).events.at(-1)).toMatchObject(last);
});

it('what others said of one version of the candidate does not count for the next', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    if (asked === 1) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const gates = { differences: { atMost: '1%' }, webhooks: { smoke: { url, every: '1h' } } };
  world = newWorld(writtenPlan({ gates }));
  const rollouts = await open();
  try {
    await rollouts.start(MIRROR, 'ada');
    await rollouts.look();
    await vi.waitFor(() => expect(rollouts.view(MIRROR).checks).toMatchObject([{ outcome: 'pass' }]));
    world.evidence = evidence(10, 0, { epoch: 2 });
    await rollouts.look();
    await rollouts.look();
    world.evidence = evidence(20_000, 0, { epoch: 2 });
    world.nowMs += 1_500;
    await rollouts.look();
    expect(rollouts.view(MIRROR)).toMatchObject({
      step: 0,
      checks: [{ outcome: 'not-enough-data' }],
      waitingFor: ['check "smoke": no answer yet'],
    });
    await vi.waitFor(() => expect(asked).toBe(2));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

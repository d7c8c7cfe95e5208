/** Two control planes over one store: one drives, the other has the same in force and follows when it is gone. */
import { type Dialect, Kysely } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPostgres, startPostgres, type TestPostgres } from '../../compare/store/testing-postgres.ts';
import { postgresDialect } from '../../store/index.ts';
import { RolloutStore, type Rollouts, type Unfit } from './index.ts';
import type { RolloutsOptions } from './rollouts.ts';
import { newRun } from './run.ts';
import type { Tables } from './tables.ts';
import {
  documentOf,
  evidence,
  MIRROR,
  newWorld,
  openInEachTest,
  passStep,
  planOf,
  policyOf,
  see,
  usersIn,
  type World,
  writtenPlan,
} from './testing.ts';

const inTest = openInEachTest();
let postgres: TestPostgres | undefined;
const binaries = process.env.SHADOWPLANE_TEST_POSTGRES ? undefined : findPostgres();
const canPostgres = process.env.SHADOWPLANE_TEST_POSTGRES !== undefined || binaries !== undefined;
if (!canPostgres) process.stderr.write('skipped on PostgreSQL: there is no initdb here\n');

beforeAll(async () => {
  if (binaries) postgres = await startPostgres(binaries);
}, 60_000);
afterAll(() => postgres?.stop());

const databases = [
  { name: 'SQLite', skip: false, dialect: inTest.sqlite },
  {
    name: 'PostgreSQL',
    skip: !canPostgres,
    dialect: () => postgresDialect(process.env.SHADOWPLANE_TEST_POSTGRES ?? postgres!.url),
  },
] satisfies ReadonlyArray<{ name: string; skip: boolean; dialect: () => Dialect }>;

for (const { name, skip, dialect } of databases) {
  describe.skipIf(skip)(`on ${name}`, () => {
    let stores: RolloutStore[];
    let world: World;

    beforeEach(async () => {
      stores = [];
      world = newWorld();
      await newStore();
      // PostgreSQL is the same one for all tests.
      const database = new Kysely<Tables>({ dialect: dialect() });
      await database.deleteFrom('rollouts').execute();
      await database.destroy();
    });
    afterEach(async () => {
      for (const store of stores) await store.close();
    });

    async function newStore(): Promise<RolloutStore> {
      const store = await RolloutStore.open(dialect());
      stores.push(store);
      return store;
    }

    const replica = (me: string, of = world, more: Partial<RolloutsOptions> = {}): Promise<Rollouts> =>
      inTest.open(of, { me, shared: true, ...more }, dialect());

    const drivers = (...all: Rollouts[]) => all.map((rollouts) => rollouts.view(MIRROR).drivenBy?.isThis);

    it('a run is read as it was written, histograms and all', async () => {
      const store = await newStore();
      const baseline = evidence(70_000, 3);
      const state = { status: 'running', step: 2, elapsedMs: 1_234.5, baseline, why: 'ü' } as const;
      const run = newRun(state, { plan: planOf(), primary: 'v1', shadow: 'v2', by: 'ada', at: new Date() });
      const written = await store.insert(MIRROR, 'one', run);
      expect(await store.read(MIRROR)).toEqual(written);
      expect((await store.read(MIRROR))!.run).toEqual(run);
      expect(await store.insert(MIRROR, 'two', run)).toBeUndefined();
    });

    it('of two that write at once one writes, and who was followed writes no more', async () => {
      const [one, two] = [await newStore(), await newStore()];
      const state = { status: 'running', step: 0, elapsedMs: 0, baseline: null, why: '' } as const;
      const run = newRun(state, { plan: planOf(), primary: 'v1', shadow: 'v2', by: 'ada', at: new Date() });
      const first = (await one.insert(MIRROR, 'one', run))!;
      const both = await Promise.all([one.write(first, run), two.write(first, run)]);
      expect(both.filter((written) => written !== undefined)).toHaveLength(1);
      const now = (await one.read(MIRROR))!;
      const taken = await Promise.all([two.take(now, 'two'), one.take(now, 'three')]);
      expect(taken.filter((stored) => stored !== undefined)).toHaveLength(1);
      expect(await one.write(now, run)).toBeUndefined();
      expect(await one.beat(now)).toBe(false);
      expect(await two.write((await two.read(MIRROR))!, run)).toMatchObject({ version: now.version + 1 });
    });

    it('one drives, the other has the same in force, and follows it when it is gone; clocks that are set change nothing', async () => {
      const [one, two] = [await replica('one'), await replica('two')];
      await one.start(MIRROR, 'ada');
      await two.poll();
      expect(drivers(one, two)).toEqual([true, false]);
      for (let step = 0; step < 3; step += 1) await passStep(one, world);
      await two.look();
      await two.poll();
      expect(usersIn(one, world)).toBe('100, 100; {"staff":1000000,"everyone":250000}');
      expect(usersIn(two, world)).toBe(usersIn(one, world));
      expect(two.view(MIRROR).events).toEqual(one.view(MIRROR).events);

      // Both live, for as long as it takes, whatever the clock of the machine says.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
      for (let looks = 0; looks < 8; looks += 1) {
        world.nowMs += 1_100;
        await one.poll();
        await two.poll();
        if (looks === 4) vi.setSystemTime(Date.now() - 7_200_000);
      }
      vi.useRealTimers();
      expect(drivers(one, two)).toEqual([true, false]);

      // The first is killed: it is silent from now on.
      world.nowMs += 3_000;
      await two.poll();
      expect(drivers(two)).toEqual([false]);
      world.nowMs += 3_000;
      await two.poll();
      expect(drivers(two)).toEqual([true]);
      await passStep(two, world);
      expect(usersIn(two, world)).toContain('"everyone":1000000');
      // It was not killed after all: what it still wants is not done, and it has in force what the other has.
      await one.look();
      await passStep(one, world);
      await one.poll();
      expect(drivers(one, two)).toEqual([false, true]);
      expect(usersIn(one, world)).toBe(usersIn(two, world));
      expect(one.view(MIRROR).events).toEqual(two.view(MIRROR).events);
    });

    it('a gate that fails for the Envoys of one that does not drive takes everybody back; forward only who drives goes', async () => {
      const there: World = { ...world, document: structuredClone(world.document), published: [], problems: [] };
      const [one, two] = [await replica('one'), await replica('two', there)];
      await one.start(MIRROR, 'ada');
      for (let step = 0; step < 3; step += 1) await passStep(one, world);
      await two.poll();
      await two.look();
      see(there, evidence(20_000));
      there.nowMs += 9_000;
      await two.look();
      expect(usersIn(two, there)).toBe('100, 100; {"staff":1000000,"everyone":250000}');
      see(there, evidence(60_000, 8_000));
      await two.look();
      expect(usersIn(two, there)).toBe('100, 5; {}');
      await one.poll();
      expect(usersIn(one, world)).toBe('100, 5; {}');
      expect(one.view(MIRROR)).toMatchObject({
        status: 'rolled-back',
        why: expect.stringMatching(/^gate "differences"/),
      });
      expect(one.view(MIRROR).events.at(-1)).toMatchObject({ kind: 'failed', by: 'shadowplane' });
    });

    it('an Envoy of one that does not drive, at which users get no answer, takes everybody back', async () => {
      let unfit: Unfit | undefined;
      const [one, two] = [await replica('one'), await replica('two', world, { unfitForUsers: () => unfit })];
      await one.start(MIRROR, 'ada');
      unfit = { why: 'edge-7 has no cluster', isSure: true };
      for (let step = 0; step < 2; step += 1) await passStep(one, world);
      await two.poll();
      expect(usersIn(two, world)).toContain('staff');
      unfit = { why: 'edge-7 has sent no statistics yet', isSure: false };
      await two.look();
      expect(usersIn(two, world)).toContain('staff');
      unfit = { why: 'edge-7 has no cluster', isSure: true };
      await two.look();
      await one.poll();
      expect(one.view(MIRROR)).toMatchObject({ status: 'rolled-back', why: 'edge-7 has no cluster' });
      expect([usersIn(one, world), usersIn(two, world)]).toEqual(Array(2).fill('100, 5; {}'));
    });

    it('what is seen while the policy is about other services takes nobody back', async () => {
      const there: World = { ...world, document: structuredClone(world.document), published: [], problems: [] };
      const [one, two] = [await replica('one'), await replica('two', there)];
      await one.start(MIRROR, 'ada');
      for (let step = 0; step < 3; step += 1) await passStep(one, world);
      await two.poll();
      two.follow(policyOf(documentOf(writtenPlan(), { shadow: 'v3', control: undefined })));
      see(there, evidence(10));
      await two.look();
      see(there, evidence(60_000, 8_000));
      await two.look();
      await one.poll();
      expect(one.view(MIRROR)).toMatchObject({ status: 'running', step: 3 });
    });

    it('each may be asked to go back or on, and both have it in force', async () => {
      const [one, two] = [await replica('one'), await replica('two')];
      await one.start(MIRROR, 'ada');
      await two.poll();
      await two.command(MIRROR, 'promote', 'bob');
      await one.poll();
      expect(drivers(one, two)).toEqual([false, true]);
      await one.command(MIRROR, 'promote', 'ada');
      await two.poll();
      expect([usersIn(one, world), usersIn(two, world)]).toEqual(Array(2).fill('100, 100; {"staff":1000000}'));
      expect(await two.command(MIRROR, 'rollback', 'bob')).toEqual({ stored: true, todo: [] });
      await one.poll();
      expect([usersIn(one, world), usersIn(two, world)]).toEqual(Array(2).fill('100, 5; {}'));
      expect(one.view(MIRROR).why).toBe('rollback by bob');
    });

    it('mirroring that is switched off takes users off everywhere, whoever hears of it, and brings none back', async () => {
      const [one, two] = [await replica('one'), await replica('two')];
      await one.start(MIRROR, 'ada');
      for (let step = 0; step < 3; step += 1) await passStep(one, world);
      await two.poll();
      await two.look();
      const follow = (mirroring: 'on' | 'off', ...all: Rollouts[]) => {
        world.document = { ...world.document, mirroring };
        for (const rollouts of all) rollouts.follow(policyOf(world.document));
      };
      // Who drives hears of it only once it is on again.
      follow('off', two);
      await two.look();
      follow('on', one, two);
      await one.poll();
      await two.poll();
      expect([usersIn(one, world), usersIn(two, world)]).toEqual(Array(2).fill('100, 5; {}'));
      see(world, evidence(500_000, 400_000));
      for (const _ of [1, 2]) {
        await one.look();
        await two.look();
      }
      expect([one, two].map((rollouts) => rollouts.view(MIRROR).status)).toEqual(['paused', 'paused']);
      await one.command(MIRROR, 'resume', 'ada');
      await two.poll();
      // What was counted meanwhile is not of the step.
      await two.look();
      expect(two.view(MIRROR).status).toBe('running');
      expect(usersIn(two, world)).toContain('"everyone":250000');
    });

    it('who goes back while it does not reach the store goes back in the store, too, when it does', async () => {
      const store = await newStore();
      const one = await replica('one', world, { store });
      const two = await replica('two');
      await one.start(MIRROR, 'ada');
      for (let step = 0; step < 3; step += 1) await passStep(one, world);
      await two.poll();
      const away = ['write', 'take', 'read', 'heads', 'beat'].map((method) =>
        vi.spyOn(store, method as 'read').mockRejectedValue(new Error('no route to host')),
      );
      expect(await one.command(MIRROR, 'rollback', 'ada')).toEqual({ stored: false, todo: [] });
      expect(usersIn(one, world)).toBe('100, 5; {}');
      // Meanwhile the other follows it, and knows nothing of that.
      for (const _ of [1, 2]) {
        await two.poll();
        world.nowMs += 6_000;
      }
      await two.poll();
      await passStep(two, world);
      expect(usersIn(two, world)).toContain('"everyone":1000000');
      for (const mock of away) mock.mockRestore();
      await one.poll();
      await one.look();
      await two.poll();
      expect([usersIn(one, world), usersIn(two, world)]).toEqual(Array(2).fill('100, 5; {}'));
      expect(two.view(MIRROR)).toMatchObject({ status: 'rolled-back', why: 'rollback by ada' });
      stores.splice(stores.indexOf(store), 1);
    });
  });
}

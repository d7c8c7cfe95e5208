/** What a rollout does when all goes well, when something is missing, and when something fails. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import type { UsersBySide as UsersBySideRow } from '../../rollout/index.ts';
import { RolloutStore, type Rollouts, type Unfit, UsersBySide } from './index.ts';
import {
  documentOf,
  evidence,
  MIRROR,
  newWorld,
  type OpenOptions,
  openInEachTest,
  passStep,
  policyOf,
  see,
  usersIn,
  type World,
  writtenPlan,
} from './testing.ts';

const inTest = openInEachTest();
let world: World;
beforeEach(() => {
  world = newWorld();
});

const open = (options: OpenOptions = {}) => inTest.open(world, options);

async function started(options: OpenOptions = {}): Promise<Rollouts> {
  const rollouts = await open(options);
  await rollouts.start(MIRROR, 'ada');
  return rollouts;
}

/** The store, of which writes fail while `isBroken`. */
async function breakable() {
  const store = await RolloutStore.open(inTest.sqlite());
  const broken = { isBroken: false };
  for (const name of ['insert', 'write', 'take', 'beat'] as const) {
    const works = store[name].bind(store) as (...args: unknown[]) => Promise<unknown>;
    vi.spyOn(store, name).mockImplementation(async (...args: unknown[]) => {
      if (broken.isBroken) throw new ShadowplaneError('STORE_FAILED', 'no space left');
      return works(...args) as never;
    });
  }
  return { store, broken };
}

const stateOf = (rollouts: Rollouts) => {
  const { status, step, why } = rollouts.view(MIRROR);
  return { status, step, why };
};
const EVERYONE = '100, 100; {"staff":1000000,"everyone":1000000}';

describe('a rollout', () => {
  it('goes through all its steps by itself, each with its shares, and has passed', async () => {
    const rollouts = await started();
    const served: string[] = [usersIn(rollouts, world)];
    for (let step = 0; step < 5; step += 1) {
      await passStep(rollouts, world);
      served.push(usersIn(rollouts, world));
    }
    expect(served).toEqual([
      '10, 10; {}',
      '100, 100; {}',
      '100, 100; {"staff":1000000}',
      '100, 100; {"staff":1000000,"everyone":250000}',
      EVERYONE,
      EVERYONE,
    ]);
    expect(stateOf(rollouts)).toEqual({ status: 'passed', step: 4, why: 'canary 100% passed, the last step' });
    const kinds = rollouts.view(MIRROR).events.map(({ kind, by }) => `${kind} ${by}`);
    expect(kinds).toEqual(['start ada', ...Array(4).fill('step shadowplane'), 'passed shadowplane']);
  });

  it('is stopped by a gate: nobody is on the candidate, in what is published before it is stored', async () => {
    const rollouts = await started();
    for (let step = 0; step < 3; step += 1) await passStep(rollouts, world);
    await rollouts.look();
    const { pairs } = (world.evidence as ReturnType<typeof evidence>).strata.sample!;
    world.evidence = evidence(pairs + 4_000, 400);
    await rollouts.look();
    const view = rollouts.view(MIRROR);
    expect(view.status).toBe('rolled-back');
    expect(view.why).toMatch(/^gate "differences" in .*: \/total at GET \/orders$/);
    expect(view.gates[0]).toMatchObject({ gate: 'differences', outcome: 'fail' });
    expect(usersIn(rollouts, world)).toBe('100, 5; {}');
    expect(world.published.at(-1)).toBe('100, 5; {}');
  });

  it('waits while an Envoy is away, and while the comparison says nothing, throws or hangs, and says so', async () => {
    const rollouts = await started();
    await rollouts.look();
    world.evidence = evidence(20_000);
    world.waitingFor = 'edge-2 is not connected';
    world.nowMs += 4_000;
    await rollouts.look();
    expect(rollouts.view(MIRROR)).toMatchObject({
      step: 0,
      waitingFor: expect.arrayContaining(['edge-2 is not connected']),
    });

    world.waitingFor = null;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const broken of [
      undefined,
      async () => {
        throw new Error('worker gone');
      },
      () => new Promise<undefined>(() => {}),
    ]) {
      world.evidence = broken;
      world.nowMs += 4_000;
      const looked = rollouts.look().then(() => rollouts.look());
      await vi.advanceTimersByTimeAsync(10_000);
      await looked;
      expect(rollouts.view(MIRROR)).toMatchObject({
        step: 0,
        waitingFor: ['the comparison does not answer, so there are no figures'],
      });
    }
    vi.useRealTimers();
    // Told once, however often it is looked.
    expect(world.problems).toEqual(['worker gone']);
    // Nobody has to be asked to go back.
    await rollouts.command(MIRROR, 'promote', 'ada');
    await rollouts.command(MIRROR, 'promote', 'ada');
    expect(usersIn(rollouts, world)).toBe('100, 100; {"staff":1000000}');
    expect(await rollouts.command(MIRROR, 'rollback', 'ada')).toEqual({ stored: true, todo: [] });
    expect(usersIn(rollouts, world)).toBe('100, 5; {}');
  });

  it('counts no time in which nobody looked', async () => {
    world.document = documentOf(writtenPlan({ step: { atLeast: '1m', pairs: 5_000 } }));
    const rollouts = await started();
    await rollouts.look();
    world.evidence = evidence(20_000);
    world.nowMs += 3_600_000;
    await rollouts.look();
    expect(rollouts.view(MIRROR)).toMatchObject({ step: 0, elapsedMs: 5_000 });
  });

  it("keeps its plan when the document's is changed, and ends with the plan, the mirror, or one of its services", async () => {
    const rollouts = await started();
    world.document = documentOf(writtenPlan({ mirror: ['50%'] }));
    rollouts.follow(policyOf(world.document));
    expect(usersIn(rollouts, world)).toBe('10, 10; {}');
    expect(stateOf(rollouts)).toMatchObject({ status: 'running', step: 0 });
    const [, , staff] = rollouts.view(MIRROR).steps;
    expect(staff!.name).toBe('canary staff 100%');

    for (const [document, why] of [
      [documentOf(undefined), 'its plan was taken out of the policy'],
      [documentOf(writtenPlan(), { shadow: 'v3', control: undefined }), 'primary or shadow is another service now'],
      [{ ...documentOf(undefined), mirrors: {} }, 'its mirror was taken out of the policy'],
    ] as const) {
      world.document = documentOf(writtenPlan());
      rollouts.follow(policyOf(world.document));
      if (rollouts.view(MIRROR).status !== 'running') await rollouts.start(MIRROR, 'ada');
      for (let step = 0; step < 3; step += 1) await rollouts.command(MIRROR, 'promote', 'ada');
      world.document = JSON.parse(JSON.stringify(document));
      // Also before this is heard of: what is published for other services moves nobody.
      expect(usersIn(rollouts, world)).not.toContain('everyone');
      rollouts.follow(policyOf(world.document));
      expect(rollouts.views().map(({ status }) => status)).toEqual(why.includes('mirror was') ? [] : ['aborted']);
      if (!why.includes('mirror was')) expect(rollouts.view(MIRROR).why).toBe(why);
    }
  });

  it('counts the users that the candidate answered, in all and in the step, also what is told after the end', async () => {
    const rollouts = await started();
    const answered = (requests: number, failed: number) => {
      world.users = [
        { stratum: 'sample', primary: { requests: 9, failed: 0 }, candidate: { requests, failed } },
        { stratum: 'segment staff', primary: { requests: 9, failed: 0 }, candidate: { requests: 100, failed: 0 } },
      ];
      return rollouts.look();
    };
    await answered(10, 0);
    await answered(30, 2);
    await rollouts.command(MIRROR, 'promote', 'ada');
    await answered(40, 2);
    expect(rollouts.view(MIRROR).exposed).toEqual({
      total: { requests: 30, failed: 2 },
      step: { requests: 10, failed: 0 },
    });
    await rollouts.command(MIRROR, 'rollback', 'ada');
    await answered(45, 4);
    world.nowMs += 40_000;
    await answered(99, 9);
    expect(rollouts.view(MIRROR).exposed.total).toEqual({ requests: 35, failed: 4 });
  });
});

describe('people', () => {
  it('are refused in words', async () => {
    const rollouts = await open();
    const refusals: Array<[() => Promise<unknown>, RegExp]> = [
      [() => rollouts.start('order', 'ada'), /no mirror "order"; did you mean "orders"\?/],
      [() => rollouts.command(MIRROR, 'pause', 'ada'), /no rollout of orders has been started/],
    ];
    for (const [ask, words] of refusals) await expect(ask()).rejects.toThrow(words);
    await rollouts.start(MIRROR, 'ada');
    await expect(rollouts.start(MIRROR, 'bob')).rejects.toThrow('under way already: running; started');
    await expect(rollouts.command(MIRROR, 'finish', 'ada')).rejects.toThrow('has not passed its last step yet');
    await expect(rollouts.command(MIRROR, 'finish', 'ada')).rejects.toMatchObject({ code: 'ROLLOUT_REFUSED' });
    await rollouts.command(MIRROR, 'abort', 'ada');
    await expect(rollouts.command(MIRROR, 'rollback', 'ada')).rejects.toThrow('is over (aborted)');
    for (const [more, words] of [
      [{ paused: true }, 'orders is paused'],
      [{ rollout: undefined }, 'has no "rollout"'],
    ] as const) {
      rollouts.follow(policyOf(JSON.parse(JSON.stringify(documentOf(writtenPlan(), more)))));
      await expect(rollouts.start(MIRROR, 'ada')).rejects.toThrow(words);
    }
  });

  it('are told why nothing is copied', async () => {
    let withoutCopies: string | undefined = 'the brake is on';
    const rollouts = await started({ withoutCopies: () => withoutCopies });
    await rollouts.look();
    expect(rollouts.view(MIRROR).waitingFor[0]).toBe('copies, of which there are none: the brake is on');
    withoutCopies = undefined;
    expect(rollouts.view(MIRROR).waitingFor.join()).not.toContain('none');
    rollouts.follow(policyOf(JSON.parse(JSON.stringify(documentOf(writtenPlan(), { paused: true })))));
    expect(rollouts.view(MIRROR).waitingFor[0]).toContain('the mirror is paused');
  });

  it('give no users to a service that keeps nothing; copies it may have', async () => {
    const unfitForUsers = () => ({ why: 'v2 keeps nothing', isSure: true });
    const rollouts = await open({ unfitForUsers });
    await expect(rollouts.start(MIRROR, 'ada')).rejects.toThrow('v2 keeps nothing');
    expect(() => rollouts.previewStart(MIRROR, 'ada')).toThrow('v2 keeps nothing');
    rollouts.follow(policyOf(JSON.parse(JSON.stringify(documentOf(writtenPlan({ canary: undefined }))))));
    await rollouts.start(MIRROR, 'ada');
  });

  it('take users back from a service that they must not be on any more, and lead none there', async () => {
    let unfit: Unfit | undefined;
    const rollouts = await open({ unfitForUsers: () => unfit });
    await rollouts.start(MIRROR, 'ada');
    await passStep(rollouts, world);
    unfit = { why: 'edge-1 has sent no statistics yet', isSure: false };
    await passStep(rollouts, world);
    expect(stateOf(rollouts)).toMatchObject({ status: 'running', step: 1 });
    expect(rollouts.view(MIRROR).waitingFor).toContain('edge-1 has sent no statistics yet');
    unfit = { why: 'edge-1 has no cluster', isSure: true };
    await passStep(rollouts, world);
    expect(stateOf(rollouts)).toMatchObject({ status: 'running', step: 1 });
    await expect(rollouts.command(MIRROR, 'promote', 'ada')).rejects.toThrow('edge-1 has no cluster');
    unfit = undefined;
    await rollouts.command(MIRROR, 'promote', 'ada');
    expect(usersIn(rollouts, world)).toContain('staff');
    unfit = { why: 'edge-2 has no cluster', isSure: true };
    await rollouts.look();
    expect(stateOf(rollouts)).toMatchObject({ status: 'rolled-back', why: 'edge-2 has no cluster' });
    expect(world.published.at(-1)).toMatch(/\{\}$/);
  });

  it('are asked where the plan says so', async () => {
    world = newWorld(writtenPlan({ approve: ['canary'] }));
    const rollouts = await started();
    await passStep(rollouts, world);
    await passStep(rollouts, world);
    expect(stateOf(rollouts)).toMatchObject({ status: 'awaiting-approval', step: 1 });
    await passStep(rollouts, world);
    expect(usersIn(rollouts, world)).toBe('100, 100; {}');
    await rollouts.command(MIRROR, 'promote', 'ada');
    expect(usersIn(rollouts, world)).toBe('100, 100; {"staff":1000000}');
  });

  it('see what start would begin, and nothing is begun', async () => {
    const rollouts = await open();
    expect(rollouts.previewStart(MIRROR, 'ada')).toMatchObject({ status: 'running', step: 0 });
    expect(rollouts.view(MIRROR)).toMatchObject({ status: 'ready', step: null });
    expect(usersIn(rollouts, world)).toBe('100, 5; {}');
  });
});

describe('mirroring that is switched off', () => {
  const follow = (rollouts: Rollouts, mirroring: 'on' | 'off') => {
    world.document = { ...world.document, mirroring };
    rollouts.follow(policyOf(world.document));
  };

  it('takes users off the candidate, says so, and brings none back by being switched on', async () => {
    const rollouts = await started();
    for (let step = 0; step < 3; step += 1) await passStep(rollouts, world);
    expect(usersIn(rollouts, world)).toContain('"everyone":250000');
    await rollouts.look();
    follow(rollouts, 'off');
    const off = rollouts.view(MIRROR);
    expect(off).toMatchObject({ status: 'paused', step: 3, weights: { copies: 'as-configured', users: {} } });
    expect(off.why).toBe('mirroring was switched off, so everyone is with the primary until a person resumes it');
    expect(off.waitingFor).toContain('copies, of which there are none: mirroring is off');
    expect(off.events.at(-1)).toMatchObject({ kind: 'switched-off', by: 'policy', step: 'canary 25%' });
    await passStep(rollouts, world);
    expect(rollouts.view(MIRROR)).toMatchObject({ status: 'paused', step: 3, elapsedMs: 0 });
    for (const asked of ['resume', 'promote'] as const) {
      await expect(rollouts.command(MIRROR, asked, 'ada')).rejects.toThrow('mirroring is off');
    }

    follow(rollouts, 'on');
    await passStep(rollouts, world);
    expect(usersIn(rollouts, world)).toBe('100, 5; {}');
    expect(rollouts.view(MIRROR)).toMatchObject({
      status: 'paused',
      waitingFor: ['a person to resume it: this step then begins again'],
    });
    // Nor by a restart.
    const next = await open();
    await next.look();
    expect(usersIn(next, world)).toBe('100, 5; {}');
    await next.command(MIRROR, 'resume', 'ada');
    expect(usersIn(next, world)).toContain('"everyone":250000');
    await passStep(next, world);
    expect(stateOf(next)).toMatchObject({ status: 'running', step: 4 });
  });

  it('is heard of by a process that begins with it', async () => {
    const rollouts = await started();
    for (let step = 0; step < 3; step += 1) await passStep(rollouts, world);
    world.document = { ...world.document, mirroring: 'off' };
    const next = await open();
    expect(stateOf(next)).toMatchObject({ status: 'paused', step: 3 });
    expect(usersIn(next, world)).toBe('100, 5; {}');
  });

  it('gives users to no service on resume that must not have any', async () => {
    let unfit: Unfit | undefined;
    const rollouts = await started({ unfitForUsers: () => unfit });
    for (let step = 0; step < 2; step += 1) await passStep(rollouts, world);
    follow(rollouts, 'off');
    follow(rollouts, 'on');
    unfit = { why: 'edge-1 has no cluster', isSure: true };
    await expect(rollouts.command(MIRROR, 'resume', 'ada')).rejects.toThrow('edge-1 has no cluster');
    await rollouts.command(MIRROR, 'rollback', 'ada');
    expect(stateOf(rollouts).status).toBe('rolled-back');
  });
});

describe('finish', () => {
  async function passed(): Promise<Rollouts> {
    const rollouts = await started();
    for (let step = 0; step < 5; step += 1) await passStep(rollouts, world);
    return rollouts;
  }

  it('changes the policy, and keeps shares until every Envoy has the new routes', async () => {
    const rollouts = await passed();
    world.waitingFor = 'edge-1 has not acknowledged what is served';
    const before = world.published.length;
    const { todo } = await rollouts.command(MIRROR, 'finish', 'ada');
    expect(todo).toEqual([
      expect.stringContaining('primary: v2, shadow: v1'),
      expect.stringContaining('default: is v1'),
    ]);
    expect(world.document.mirrors).toEqual({
      orders: {
        match: { path: '/orders' },
        primary: 'v2',
        shadow: 'v1',
        segments: { staff: '100%' },
        sample: '5%',
        paused: true,
      },
    });
    expect(rollouts.view(MIRROR).status).toBe('finished');
    expect(usersIn(rollouts, world)).toBe('100, 5; {"staff":1000000,"everyone":1000000}');
    // At no moment in between was anybody taken back.
    const since = world.published.slice(before);
    expect(since.filter((shares) => !shares.includes('"everyone":1000000'))).toEqual([]);
    expect(since).not.toEqual([]);
    await rollouts.look();
    expect(usersIn(rollouts, world)).toContain('"everyone":1000000');
    world.waitingFor = null;
    await rollouts.look();
    expect(usersIn(rollouts, world)).toBe('100, 5; {}');
    // Who undoes the change of the policy wants the old version for everybody.
    world.document = documentOf(writtenPlan());
    rollouts.follow(policyOf(world.document));
    expect(usersIn(rollouts, world)).toBe('100, 5; {}');
    await rollouts.start(MIRROR, 'ada');
  });

  it('that the policy refuses leaves the rollout as it was', async () => {
    const finish = async () => {
      throw new ShadowplaneError('POLICY_INVALID', 'v1 has no address');
    };
    const rollouts = await started({ finish });
    for (let step = 0; step < 5; step += 1) await passStep(rollouts, world);
    await expect(rollouts.command(MIRROR, 'finish', 'ada')).rejects.toThrow('v1 has no address');
    expect(stateOf(rollouts)).toEqual({ status: 'passed', step: 4, why: 'finish failed: v1 has no address' });
    expect(usersIn(rollouts, world)).toBe(EVERYONE);
  });

  it('is done again by the next process where the first was killed between its parts', async () => {
    let isKilled = true;
    const rollouts = await started({
      finish: async () => {
        if (isKilled) await new Promise(() => {});
      },
    });
    for (let step = 0; step < 5; step += 1) await passStep(rollouts, world);
    void rollouts.command(MIRROR, 'finish', 'ada');
    await vi.waitFor(() => expect(rollouts.view(MIRROR).status).toBe('finished'));
    isKilled = false;
    const next = await open();
    expect(usersIn(next, world)).toBe(EVERYONE);
    world.waitingFor = 'edge-1';
    await next.look();
    expect(world.document.mirrors).toMatchObject({ orders: { primary: 'v2', shadow: 'v1' } });
    expect(usersIn(next, world)).toBe('100, 5; {"staff":1000000,"everyone":1000000}');
    // An Envoy refuses the new routes, so the policy is taken back.
    world.document = documentOf(writtenPlan());
    next.follow(policyOf(world.document));
    expect(usersIn(next, world)).toBe(EVERYONE);
    await next.look();
    expect(stateOf(next)).toMatchObject({ status: 'passed', why: expect.stringContaining('finish was taken back') });
    await next.command(MIRROR, 'rollback', 'ada');
    expect(usersIn(next, world)).toBe('100, 5; {}');
  });
});

describe('a process that is killed', () => {
  it('at every state is followed by one that has the same in force from its first moment, and goes on', async () => {
    let rollouts = await started();
    for (let step = 0; step < 5; step += 1) {
      await rollouts.look();
      const before = { ...rollouts.view(MIRROR), drivenBy: null };
      const shares = usersIn(rollouts, world);
      // Killed: nothing is closed, and what it still tries is not written any more.
      const killed = rollouts;
      rollouts = await open();
      expect(usersIn(rollouts, world)).toBe(shares);
      const after = rollouts.view(MIRROR);
      expect(before.elapsedMs - after.elapsedMs).toBeLessThanOrEqual(3_000);
      const { elapsedMs, waitingFor, gates } = before;
      expect({ ...after, drivenBy: null, elapsedMs, waitingFor, gates, exposed: before.exposed }).toEqual(before);
      expect(after.drivenBy).toEqual({ id: 'one', isThis: true });
      await expect(killed.command(MIRROR, 'promote', 'ghost')).rejects.toThrow('something else has happened');
      await passStep(rollouts, world);
    }
    expect(stateOf(rollouts).status).toBe('passed');
    for (const asked of ['pause', 'rollback'] as const) {
      await rollouts.command(MIRROR, asked, 'ada');
      const shares = usersIn(rollouts, world);
      rollouts = await open();
      expect(usersIn(rollouts, world)).toBe(shares);
      expect(rollouts.view(MIRROR).why).toBe(`${asked} by ada`);
    }
  });

  it('is followed by one in which the evidence of a step goes on, of users, too', async () => {
    const usersBySide = () => {
      const users = new UsersBySide({ sinceMs: 0 });
      let total = 0;
      const count = (requests: number, failed = 0) => {
        total += requests;
        const values = ['orders/segment/staff', 'orders/candidate/segment/staff'].flatMap((route, index) => [
          [`vhost.any.route.${route}.upstream_rq_completed`, total] as const,
          [`vhost.any.route.${route}.upstream_rq_5xx`, index * failed] as const,
        ]);
        users.report({ node: 'edge-1', atMs: 1_000 + total, values: new Map([['server.uptime', 0], ...values]) });
      };
      const source = {
        evidenceOf: async () => world.evidence as ReturnType<typeof evidence>,
        usersOf: (mirror: string) => users.of(mirror),
        goOnFrom: (mirror: string, rows: readonly UsersBySideRow[]) => users.goOnFrom(mirror, rows),
      };
      return { count, source };
    };
    const before = usersBySide();
    before.count(1);
    const rollouts = await started({ source: before.source });
    for (const _ of [1, 2]) await rollouts.command(MIRROR, 'promote', 'ada');
    world.evidence = evidence(0);
    await rollouts.look();
    before.count(400);
    world.nowMs += 4_000;
    await rollouts.look();

    const after = usersBySide();
    const next = await open({ source: after.source });
    await next.look();
    after.count(300, 60);
    world.nowMs += 100;
    await next.look();
    const view = next.view(MIRROR);
    expect(view.events.map(({ kind }) => kind)).not.toContain('began-again');
    expect(view.why).toMatch(/^gate "errors" in segment staff: 8\.6%/);
  });

  it('between storing and publishing is followed by one that publishes what was stored', async () => {
    const { store } = await breakable();
    const rollouts = await started({ store });
    const works = store.write.bind(store);
    vi.spyOn(store, 'write').mockImplementationOnce(async (...args) => {
      await works(...args);
      return new Promise(() => {});
    });
    void rollouts.command(MIRROR, 'promote', 'ada');
    await vi.waitFor(async () => expect((await store.read(MIRROR))!.run.state.step).toBe(1));
    expect(usersIn(rollouts, world)).toBe('10, 10; {}');
    const next = await open();
    expect(usersIn(next, world)).toBe('100, 100; {}');
    inTest.leaveOpen(rollouts);
    await store.close();
  });
});

describe('a store that fails', () => {
  it('lets nothing go forward, and says so; when it works again it goes on', async () => {
    const { store, broken } = await breakable();
    const rollouts = await started({ store });
    await rollouts.look();
    broken.isBroken = true;
    await passStep(rollouts, world);
    await passStep(rollouts, world);
    expect(stateOf(rollouts)).toMatchObject({ status: 'running', step: 0 });
    expect(rollouts.view(MIRROR).waitingFor).toContain('no space left');
    expect(new Set(world.problems)).toEqual(new Set(['no space left']));
    await expect(rollouts.command(MIRROR, 'promote', 'ada')).rejects.toThrow('no space left');
    expect(usersIn(rollouts, world)).toBe('10, 10; {}');
    broken.isBroken = false;
    await passStep(rollouts, world);
    expect(rollouts.view(MIRROR).step).toBe(1);
    expect(rollouts.view(MIRROR).waitingFor).not.toContain('no space left');
  });

  it.each(['rollback', 'abort'] as const)('does not hold up %s, which is stored when it works again', async (asked) => {
    const { store, broken } = await breakable();
    const rollouts = await started({ store });
    for (let step = 0; step < 4; step += 1) await passStep(rollouts, world);
    expect(usersIn(rollouts, world)).toBe(EVERYONE);
    broken.isBroken = true;
    expect(await rollouts.command(MIRROR, asked, 'ada')).toEqual({ stored: false, todo: [] });
    expect(world.published.at(-1)).toBe('100, 5; {}');
    expect(rollouts.view(MIRROR).waitingFor).toContain('this is in force, and the store has yet to take it');
    await rollouts.look();
    // Who comes next knows nothing of it.
    expect((await store.read(MIRROR))!.run.state.status).toBe('running');
    broken.isBroken = false;
    await rollouts.look();
    const { status, why } = (await store.read(MIRROR))!.run.state;
    expect([status, why]).toEqual([asked === 'abort' ? 'aborted' : 'rolled-back', `${asked} by ada`]);
    expect(rollouts.view(MIRROR).waitingFor).toEqual([]);
  });

  it('and hangs holds up no look: gates are asked, and one that fails takes everybody back', async () => {
    const { store } = await breakable();
    const rollouts = await started({ store });
    for (let step = 0; step < 4; step += 1) await passStep(rollouts, world);
    await rollouts.look();
    vi.spyOn(store, 'write').mockImplementation(() => new Promise(() => {}));
    world.nowMs += 4_000;
    await rollouts.look();
    expect(rollouts.view(MIRROR).waitingFor).toContain('the store does not answer');
    const { pairs } = (world.evidence as ReturnType<typeof evidence>).strata.sample!;
    see(world, evidence(pairs + 20_000));
    world.nowMs += 4_000;
    await rollouts.look();
    expect(stateOf(rollouts)).toMatchObject({ status: 'running', step: 4 });
    see(world, evidence(pairs + 40_000, 8_000));
    void rollouts.look();
    await vi.waitFor(() => expect(usersIn(rollouts, world)).toBe('100, 5; {}'));
    expect(stateOf(rollouts).status).toBe('rolled-back');
    inTest.leaveOpen(rollouts);
    await store.close();
  });
});

it('who goes back while a step is being stored has gone back, here and in the store', async () => {
  const { store } = await breakable();
  const rollouts = await started({ store });
  for (let step = 0; step < 3; step += 1) await passStep(rollouts, world);
  const works = store.write.bind(store);
  let goOn = (): void => {};
  const isStoring = new Promise<void>((resolve) => {
    vi.spyOn(store, 'write').mockImplementationOnce(async (...args) => {
      await new Promise<void>((release) => {
        goOn = release;
        resolve();
      });
      return works(...args);
    });
  });
  const promoted = rollouts.command(MIRROR, 'promote', 'ada');
  const refused = expect(promoted).rejects.toThrow('something else has happened');
  await isStoring;
  const back = rollouts.command(MIRROR, 'rollback', 'bob');
  expect(usersIn(rollouts, world)).toBe('100, 5; {}');
  goOn();
  await refused;
  expect(await back).toEqual({ stored: true, todo: [] });
  expect(usersIn(rollouts, world)).toBe('100, 5; {}');
  expect((await store.read(MIRROR))!.run.state).toMatchObject({ status: 'rolled-back', why: 'rollback by bob' });
});

it('tells of every change at once, and of figures only when they change', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const rollouts = await open();
  const told: string[] = [];
  rollouts.onEvent(({ status, step, event }) => told.push(`${status} ${step} ${event?.kind ?? '-'}`));
  await rollouts.start(MIRROR, 'ada');
  expect(told).toEqual(['running 0 start']);
  await rollouts.look();
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual(['running 0 start', 'running 0 -']);
  vi.advanceTimersByTime(3_000);
  expect(told).toHaveLength(2);
  await rollouts.command(MIRROR, 'rollback', 'ada');
  expect(told.at(-1)).toBe('rolled-back 0 rollback');
  vi.useRealTimers();
});

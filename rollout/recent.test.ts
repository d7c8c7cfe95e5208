/** A candidate that turns bad is found soon, however long it was good before; one that stays good is not stopped by that. */
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../bench/support/index.ts';
import type { PerMillion } from '../xds-server/policy/percent.ts';
import { decide } from './decide.ts';
import { type Evidence, NO_COUNTS } from './evidence.ts';
import type { Unanswered } from './failures.ts';
import { EVERYONE, type RolloutPlan } from './plan.ts';
import { type RecentErrors, withRecent } from './recent.ts';
import type { SideCounts, UsersBySide } from './source.ts';
import type { RolloutState, Status } from './state.ts';
import { withUsersErrors } from './users-errors.ts';

const share = (percent: number) => (percent * 10_000) as PerMillion;
const SHARES = [1, 5, 25, 50, 100];

/** As in the guide; no step ends by itself. */
const PLAN: RolloutPlan = {
  mirror: [1, 5, 25, 100].map(share),
  canary: [{ audience: EVERYONE, shares: SHARES.map(share) }],
  step: { atLeastMs: Number.MAX_SAFE_INTEGER, pairs: 8_000 },
  gates: {
    differences: { atMost: 0.001, confidence: 0.95 },
    errors: { atMost: 0.002, confidence: 0.95 },
    latencyP99: { atMost: 0.1, confidence: 0.95 },
  },
  checks: [],
  onFailure: 'rollback',
  approve: [],
};

interface Rates {
  readonly primary?: number;
  readonly candidate?: number;
  /** Of those that the candidate leaves without an answer. */
  readonly hanging?: number;
}

const GOOD = 0.001;

interface WorldOptions {
  readonly percent: number;
  readonly plan?: RolloutPlan;
  readonly status?: Status;
  /** How many of so many fail. */
  readonly draw?: (count: number, rate: number) => number;
}

/** Users of both sides, counted as Envoys do, and the rollout that looks at them. */
class World {
  readonly #plan: RolloutPlan;
  readonly #draw: (count: number, rate: number) => number;
  readonly #percent: number;
  readonly #primary = { requests: 0, failed: 0, gaveUp: 0 };
  readonly #candidate = { requests: 0, failed: 0, gaveUp: 0 };
  basis = 'one';
  state: RolloutState;

  constructor({ percent, plan = PLAN, status = 'running', draw = (count, rate) => count * rate }: WorldOptions) {
    this.#plan = plan;
    this.#draw = draw;
    this.#percent = percent;
    const step = plan.mirror.length + plan.canary[0]!.shares.indexOf(share(percent));
    // Where nobody is left with it, the primary was asked before.
    if (percent === 100) Object.assign(this.#primary, { requests: 1e6, failed: 1e6 * GOOD });
    this.state = { status, step, elapsedMs: 0, baseline: this.#seen(), why: '' };
  }

  /** So many requests of the candidate's, looked at every so many. @returns after how many it was stopped */
  run(requests: number, every: number, rates: Rates = {}): number | undefined {
    const { primary = GOOD, candidate = GOOD, hanging = 0 } = rates;
    for (let done = 0; done < requests; ) {
      const more = Math.min(every, requests - done);
      done += more;
      const beside = (more * (100 - this.#percent)) / this.#percent;
      this.#primary.requests += beside;
      this.#primary.failed += this.#draw(beside, primary);
      this.#candidate.requests += more * (1 - hanging);
      this.#candidate.failed += this.#draw(more, candidate);
      this.#candidate.gaveUp += more * hanging;
      this.look();
      if (this.state.status === 'rolled-back') return done;
    }
    return undefined;
  }

  look(): void {
    this.state = decide(this.#plan, this.state, {
      sinceLastLookMs: 1,
      delivered: true,
      evidence: this.#seen(),
    }).state;
  }

  windows(): readonly RecentErrors[] {
    const seen = this.#seen();
    return withRecent(seen.strata, seen, this.state.recent, { everyone: share(this.#percent) }).sample!.recent!;
  }

  /** The process that counts is another, and nobody has told. */
  forgetCounts(part: number): void {
    for (const side of [this.#primary, this.#candidate]) {
      for (const key of ['requests', 'failed', 'gaveUp'] as const) side[key] *= part;
    }
  }

  #seen(): Evidence {
    const of = ({ requests, failed, gaveUp }: { requests: number; failed: number; gaveUp: number }): SideCounts => {
      const unanswered: Unanswered = { surely: Math.floor(gaveUp), open: 3, before: 0 };
      return { requests: Math.floor(requests), failed: Math.floor(failed), unanswered };
    };
    const users: UsersBySide = { stratum: 'sample', primary: of(this.#primary), candidate: of(this.#candidate) };
    const compared: Evidence = { basis: this.basis, epoch: 1, strata: { sample: NO_COUNTS }, findings: [] };
    return withUsersErrors(compared, [users], { everyone: share(this.#percent) });
  }
}

describe('failures of 5% from some moment on are found within', () => {
  test.each([
    [5, 'running', 700],
    [50, 'running', 1_700],
    [100, 'passed', 700],
  ] as const)('at %i% of users, %s: %i requests, however many went well before', (percent, status, most) => {
    for (const clean of [0, 10_000, 1_000_000, 10_000_000]) {
      const world = new World({ percent, status });
      expect(world.run(clean, clean > 1_000_000 ? 4_000 : 1_000)).toBeUndefined();
      // Wherever in a window it begins.
      world.run(clean === 0 ? 0 : 330, 110);
      const found = world.run(10_000, 50, { candidate: 0.05 });
      expect(found, `after ${clean}`).toBeLessThanOrEqual(most);
      if (clean < 1_000_000) continue;
      expect(world.state.why).toMatch(
        /^gate "errors" in sample in the last [\d,]+ requests: .*, where at most 0.20% is allowed$/,
      );
    }
  });

  test('also where users get no answer at all', () => {
    const world = new World({ percent: 50 });
    world.run(46_000, 500);
    expect(world.run(10_000, 50, { hanging: 0.05 })).toBeLessThanOrEqual(1_700);
    expect(world.state.why).toMatch(/requests: .* of its requests were never answered\)$/);
  });

  test('and those of 1% within 25,000', () => {
    const world = new World({ percent: 50 });
    world.run(1_000_000, 1_000);
    expect(world.run(100_000, 500, { candidate: 0.01 })).toBeLessThanOrEqual(25_000);
  });
});

test('what strikes both sides alike stops nobody', () => {
  const world = new World({ percent: 50 });
  world.run(100_000, 500);
  expect(world.run(20_000, 100, { primary: 0.2, candidate: 0.2 })).toBeUndefined();
});

test('of a hundred long rollouts at the very bound no more are stopped than is promised', () => {
  const random = seededRandom(7);
  const draw = (count: number, rate: number) => {
    const mean = count * rate;
    const limit = Math.exp(-mean);
    let drawn = -1;
    for (let product = 1; product > limit; drawn += 1) product *= random();
    return drawn;
  };
  const plan: RolloutPlan = {
    ...PLAN,
    mirror: [],
    canary: [{ audience: EVERYONE, shares: [share(100)] }],
    gates: { errors: { atMost: 0.002, confidence: 0.6 } },
  };
  const stopped = Array.from({ length: 100 }, () => new World({ percent: 100, plan, draw }))
    .map((world) => world.run(100_000, 500, { candidate: GOOD + 0.002 }))
    .filter((found) => found !== undefined);
  expect(stopped.length).toBeLessThanOrEqual(20);
});

test('whatever happens, the shares of all windows together are less than all', () => {
  const world = new World({ percent: 50 });
  let spent = 0;
  for (let look = 0; look < 2_000; look += 1) {
    world.run(500, 500);
    for (const { errors, share } of world.windows()) if (errors.candidate.trials === 0) spent += share;
  }
  expect(spent).toBeGreaterThan(0.8);
  expect(spent).toBeLessThan(1);
});

describe('windows', () => {
  const begun = ({ state }: World) => state.recent?.sample?.map((windows) => windows.begun);
  const kept = ({ state }: World) => state.recent?.sample?.map(({ from }) => from.length);

  test('are begun by requests, of each length; two of each are kept', () => {
    const world = new World({ percent: 50 });
    world.run(5_000, 100);
    expect(begun(world)).toEqual([10, 1, 0, 0]);
    expect(kept(world)).toEqual([2, 1, 0, 0]);
    const { state } = world;
    world.look();
    expect(world.state.recent).toEqual(state.recent);
  });

  test('go on after a restart; a run that was stored without them gets them', () => {
    const [world, restarted, old] = Array.from({ length: 3 }, () => new World({ percent: 5 }));
    for (const one of [world!, restarted!, old!]) one.run(200_000, 500);
    restarted!.state = JSON.parse(JSON.stringify(restarted!.state)) as RolloutState;
    // Maps of JSON are the store's affair.
    restarted!.state = { ...restarted!.state, baseline: world!.state.baseline };
    const { recent: _, ...before } = old!.state;
    old!.state = before;
    const found = [world!, restarted!, old!].map((one) => one.run(10_000, 50, { candidate: 0.05 }));
    expect(found[1]).toBe(found[0]);
    expect(found[2]).toBeLessThan(700);
  });

  test('begin again with the evidence, and spend nothing twice', () => {
    const world = new World({ percent: 50 });
    world.run(5_000, 100);
    world.basis = 'a rule was added';
    world.look();
    expect([begun(world), kept(world)]).toEqual([
      [10, 1, 0, 0],
      [0, 0, 0, 0],
    ]);
    world.run(500, 100);
    expect([begun(world), kept(world)]).toEqual([
      [11, 1, 0, 0],
      [1, 0, 0, 0],
    ]);
    expect(world.run(10_000, 50, { candidate: 0.05 })).toBeLessThan(1_500);
  });

  test('begin again where counts have shrunk, if not below where the step began', () => {
    const world = new World({ percent: 50 });
    world.run(100_000, 500);
    world.forgetCounts(0.5);
    world.look();
    expect(kept(world)?.slice(0, 3)).toEqual([1, 1, 1]);
    expect(world.run(10_000, 50, { candidate: 0.05 })).toBeLessThan(1_700);
  });

  test('are of users alone, and only where failures of theirs are judged', () => {
    const { errors: _, ...others } = PLAN.gates;
    const world = new World({ percent: 50, plan: { ...PLAN, gates: others } });
    world.run(5_000, 500);
    expect(world.state.recent).toBeUndefined();
  });

  test('move on while a gate that failed only pauses, so that who resumes goes on', () => {
    const world = new World({ percent: 5, plan: { ...PLAN, onFailure: 'pause' } });
    world.run(1_000_000, 1_000);
    world.run(1_000, 50, { candidate: 0.05 });
    expect(world.state.status).toBe('paused');
    world.run(1_000_000, 1_000);
    world.state = { ...world.state, status: 'running' };
    world.run(10_000, 500);
    expect(world.state.status).toBe('running');
  });
});

/** Every rule by which a rollout moves, stays or goes back, as a table. */
import { describe, expect, test } from 'vitest';
import type { PerMillion } from '../xds-server/policy/percent.ts';
import {
  type Command,
  command,
  type Decision,
  decide,
  type Observation,
  phaseOf,
  start,
  switchedOff,
} from './decide.ts';
import type { Evidence, StratumCounts } from './evidence.ts';
import { AT_REST, EVERYONE, type RolloutPlan, stepsOf } from './plan.ts';
import { cellOf } from './sequential/index.ts';
import { type RolloutState, weightsOf } from './state.ts';

const share = (percent: number) => (percent * 10_000) as PerMillion;

const PLAN: RolloutPlan = {
  mirror: [share(5), share(100)],
  canary: [
    { audience: 'employees', shares: [share(100)] },
    { audience: EVERYONE, shares: [share(10), share(100)] },
  ],
  step: { atLeastMs: 60_000, pairs: 1_000 },
  gates: {
    differences: { atMost: 0.01, confidence: 0.95 },
    errors: { atMost: 0.02, confidence: 0.95 },
    latencyP99: { atMost: 0.5, confidence: 0.95 },
  },
  checks: [],
  onFailure: 'rollback',
  approve: [],
};

interface Numbers {
  readonly pairs: number;
  readonly differing?: number;
  readonly noise?: number;
  readonly errors?: number;
  readonly slower?: number;
}

/** So many pairs, each a request of both sides, of which so many differ; answers take 5 to 10 ms. */
function counts({ pairs, differing = 0, noise, errors = 0, slower = 1 }: Numbers): StratumCounts {
  const latency = (factor: number) => {
    const cells = new Map<number, number>();
    for (let i = 0; i < 50; i += 1) cells.set(cellOf((5 + i / 10) * factor), Math.floor(pairs / 50));
    return cells;
  };
  return {
    pairs,
    candidateOnly: differing,
    ...(noise !== undefined && { controlOnly: noise }),
    errors: { primary: { hits: 0, trials: pairs }, candidate: { hits: errors, trials: pairs } },
    latency: { primary: latency(1), candidate: latency(slower) },
  };
}

function evidence(strata: Record<string, Numbers>, fields: Partial<Evidence> = {}): Evidence {
  const entries = Object.entries(strata).map(([name, numbers]) => [name, counts(numbers)]);
  return {
    basis: 'v1',
    epoch: 1,
    strata: Object.fromEntries(entries),
    findings: ['/total at POST /orders'],
    ...fields,
  };
}

const look = (seen: Evidence | undefined, fields: Partial<Observation> = {}): Observation => ({
  sinceLastLookMs: 60_000,
  delivered: true,
  ...(seen !== undefined && { evidence: seen }),
  ...fields,
});

function begun(plan: RolloutPlan = PLAN): RolloutState {
  const answer = start(plan);
  if ('refused' in answer) throw new Error(answer.refused);
  return answer.state;
}

/** A rollout whose step has its baseline. */
function watched(step: number, fields: Partial<RolloutState> = {}): RolloutState {
  return { status: 'running', step, elapsedMs: 0, baseline: evidence({ sample: { pairs: 0 } }), why: '', ...fields };
}

const CLEAN = evidence({ sample: { pairs: 6_000 } });
const after = (state: RolloutState, seen: Observation, plan = PLAN): Decision => decide(plan, state, seen);

test('steps: copies first, then audience by audience; what was reached stays', () => {
  expect(stepsOf(PLAN).map(({ name, weights }) => [name, weights])).toEqual([
    ['mirror 5%', { copies: share(5), users: {} }],
    ['mirror 100%', { copies: share(100), users: {} }],
    ['canary employees 100%', { copies: share(100), users: { employees: share(100) } }],
    ['canary 10%', { copies: share(100), users: { employees: share(100), everyone: share(10) } }],
    ['canary 100%', { copies: share(100), users: { employees: share(100), everyone: share(100) } }],
  ]);
});

describe('a step', () => {
  test('is watched from its beginning, and its time counts from when all Envoys have the weights', () => {
    const waiting = after(begun(), look(CLEAN, { delivered: { waitingFor: 'edge-2 has not acknowledged' } }));
    expect(waiting.state).toMatchObject({ step: 0, baseline: CLEAN, elapsedMs: 0 });
    expect(waiting.waitingFor).toEqual([
      'edge-2 has not acknowledged',
      '1 min of the least time of a step',
      '1,000 of the 1,000 pairs of a step',
    ]);
    const more = evidence({ sample: { pairs: 16_000 } });
    const still = after(waiting.state, look(more, { delivered: { waitingFor: 'edge-2 has not acknowledged' } }));
    expect(still.state).toMatchObject({ step: 0, elapsedMs: 0 });
    const bad = evidence({ sample: { pairs: 9_000, differing: 150 } });
    const away = look(bad, { delivered: { waitingFor: 'edge-2 has not acknowledged' } });
    expect(after(waiting.state, away).state.status).toBe('rolled-back');
    // What was counted until then is of the weights of before, in part.
    const arrived = after(still.state, look(more));
    expect(arrived.state).toEqual({ ...waiting.state, isEarly: undefined, baseline: more });
    expect(arrived.waitingFor).toEqual([expect.stringMatching(/begins now$/)]);
    expect(after(waiting.state, look(bad)).state.status).toBe('rolled-back');
    const enough = evidence({ sample: { pairs: 22_000 } });
    expect(after(arrived.state, look(enough)).state).toMatchObject({ step: 1, elapsedMs: 0 });
  });

  test('is not passed by others than those it moves', () => {
    const others = evidence({ sample: { pairs: 6_000 } });
    const { state, waitingFor } = after(watched(2), look(others));
    expect(state).toMatchObject({ status: 'running', step: 2 });
    expect(waitingFor).toContainEqual(expect.stringMatching(/pairs in segment employees for the gate "differences"$/));
    const both = evidence({ sample: { pairs: 6_000 }, 'segment employees': { pairs: 6_000 } });
    expect(after(watched(2), look(both)).state.step).toBe(3);
    // Whoever is of everyone: a segment that is empty by now was asked at its own step.
    expect(after(watched(3), look(others)).state.step).toBe(4);
  });

  test('is passed by time, pairs and all gates together', () => {
    const { state, gates } = after(watched(0), look(CLEAN));
    expect(gates?.outcome).toBe('pass');
    expect(gates?.results.map(({ gate }) => gate).sort()).toEqual(['differences', 'errors', 'latencyP99']);
    expect(state).toEqual({ status: 'running', step: 1, elapsedMs: 0, baseline: null, why: 'mirror 5% passed' });
  });

  test.each<[string, Observation, RegExp]>([
    ['time', look(CLEAN, { sinceLastLookMs: 59_000 }), /^1 s of the least time/],
    ['pairs', look(evidence({ sample: { pairs: 900 } })), /^100 of the 1,000 pairs of a step$/],
    [
      'a gate',
      look(evidence({ sample: { pairs: 6_000, differing: 50 } })),
      /pairs in sample for the gate "differences"$/,
    ],
    ['an Envoy', look(CLEAN, { delivered: { waitingFor: 'edge-2 is away' } }), /^edge-2 is away$/],
    ['the comparison', look(undefined), /the comparison does not answer/],
    [
      'one stratum of several',
      look(evidence({ sample: { pairs: 6_000 }, 'segment employees': { pairs: 40 } })),
      /^about [\d,]+ more pairs in segment employees for the gate "differences"$/,
    ],
  ])('is not passed while %s is missing', (_, seen, why) => {
    const { state, waitingFor } = after(watched(0), seen);
    expect(state).toMatchObject({ status: 'running', step: 0 });
    expect(waitingFor).toEqual(expect.arrayContaining([expect.stringMatching(why)]));
  });

  test('is passed by no data at all never, and time without delivery or figures does not count', () => {
    let state = watched(0);
    for (let i = 0; i < 10; i += 1) state = after(state, look(evidence({ sample: { pairs: 0 } }))).state;
    expect(state).toMatchObject({ step: 0, elapsedMs: 600_000 });
    state = after(watched(0), look(undefined)).state;
    state = after(state, look(CLEAN, { delivered: { waitingFor: 'edge-2' } })).state;
    expect(state.elapsedMs).toBe(0);
  });

  test('takes what was counted before it for nothing', () => {
    const before = evidence({ sample: { pairs: 90_000, differing: 0 } });
    const seen = evidence({ sample: { pairs: 90_500, differing: 40 } });
    expect(after(watched(0, { baseline: before }), look(seen)).state.status).toBe('rolled-back');
  });

  test.each<[string, Evidence]>([
    ['another basis', evidence({ sample: { pairs: 500 } }, { basis: 'a rule was added' })],
    ['counts that shrank', evidence({ sample: { pairs: 300 } })],
    ['a stratum that vanished', evidence({})],
  ])('begins its evidence again after %s', (_, seen) => {
    const baseline = evidence({ sample: { pairs: 400 } });
    const { state, waitingFor } = after(watched(1, { baseline, elapsedMs: 50_000 }), look(seen));
    expect(state).toMatchObject({ step: 1, baseline: seen, elapsedMs: 0 });
    expect(waitingFor[0]).toMatch(/begins again$/);
  });
});

describe('while the comparison does not answer', () => {
  const FIELDS = { users: { audiences: 'everyone' }, basis: 'b' };
  const users = (requests: number, failed: number, pairs = 6_000): Evidence => {
    const errors = { primary: { hits: 0, trials: requests }, candidate: { hits: failed, trials: requests } };
    return { ...evidence({ sample: { pairs } }, FIELDS), strata: { sample: { ...counts({ pairs }), errors } } };
  };
  const silent = (seen: Evidence) => look(seen, { withoutComparison: true });

  test('users who are failed end it, and nothing else happens: no time counts, no step is passed', () => {
    const state = watched(3, { baseline: users(0, 0, 0) });
    const still = after(state, silent(users(9_000, 0)));
    const { recent: _, ...rest } = still.state;
    expect(rest).toEqual(state);
    expect(still.waitingFor[0]).toMatch(/^the comparison does not answer/);
    const failing = after(still.state, silent(users(18_000, 900))).state;
    expect(failing).toMatchObject({
      status: 'rolled-back',
      why: expect.stringMatching(/^gate "errors" in sample: 5\.0%/),
    });
    expect(after(state, silent(users(9_000, 450)), { ...PLAN, onFailure: 'pause' }).state.status).toBe('paused');
    // When it answers again, the step goes on.
    expect(after(still.state, look(users(9_000, 0))).state).toMatchObject({ step: 4 });
  });

  test('a step that begins is watched by its users; its pairs count once the comparison has said what there were', () => {
    const nothing: Evidence = { ...users(100, 0, 0), basis: 'no comparison' };
    const { epoch: _, ...unknown } = nothing;
    const first = after({ ...watched(3), baseline: null }, silent(unknown)).state;
    expect(first).toMatchObject({ baseline: unknown, isEarly: true });
    const { epoch: __, ...later } = { ...users(9_000, 450, 0), basis: 'no comparison' };
    expect(after(first, silent(later)).state.status).toBe('rolled-back');
    // Whoever answers is no other candidate than one that nobody has named.
    const back = after(first, look(users(9_000, 0, 50_000)));
    expect(back.state).toMatchObject({ status: 'running', step: 3, elapsedMs: 0 });
    const before = after({ ...watched(3), baseline: null }, silent(users(100, 0, 6_000))).state;
    const answered = after(before, look(users(200, 0, 50_000))).state;
    expect(answered).toMatchObject({ step: 3, baseline: { strata: { sample: { pairs: 50_000 } } }, elapsedMs: 0 });
    expect(answered.isEarly).toBeUndefined();
  });
});

test('a candidate that has all users is held against the primary also after a restart, and at the next step', () => {
  const users = (basis: string, primary: number, candidate: number, failed = 0): Evidence => {
    const errors = { primary: { hits: 0, trials: primary }, candidate: { hits: failed, trials: candidate } };
    const all = { ...counts({ pairs: 0 }), allWithCandidate: true, errors };
    return { basis, epoch: 1, strata: { 'segment employees': all, sample: counts({ pairs: 0 }) }, findings: [] };
  };
  const restarted = after(watched(2, { baseline: users('one', 9_000, 0) }), look(users('two', 0, 0))).state;
  expect(restarted).toMatchObject({ step: 2, status: 'running' });
  const again = after(restarted, look(users('three', 0, 0))).state;
  for (const state of [restarted, again]) {
    const basis = state.baseline!.basis;
    expect(after(state, look(users(basis, 0, 900))).state.status).toBe('running');
    expect(after(state, look(users(basis, 0, 900, 200))).state.why).toMatch(/^gate "errors" in segment employees: 22%/);
  }
  const promoted = command(PLAN, again, 'promote', 'ada') as { readonly state: RolloutState };
  const next = after(promoted.state, look(users('three', 0, 900))).state;
  expect(after(next, look(users('three', 0, 1_800, 200))).state.why).toMatch(
    /^gate "errors" in segment employees: 22%/,
  );
});

describe('mirroring is switched off', () => {
  const off = switchedOff(watched(3, { elapsedMs: 50_000 }));

  test('everybody is with the primary, and nothing counts or moves until a person goes on', () => {
    expect(off).toMatchObject({ status: 'paused', step: 3, elapsedMs: 0, baseline: null, isOff: true });
    expect(weightsOf(PLAN, off)).toEqual(AT_REST);
    const bad = evidence({ sample: { pairs: 90_000, differing: 9_000 } });
    for (const seen of [CLEAN, bad]) {
      expect(after(off, look(seen))).toEqual({
        state: off,
        gates: null,
        waitingFor: [expect.stringMatching(/^a person/)],
      });
    }
    const { state } = command(PLAN, off, 'resume', 'ada') as { readonly state: RolloutState };
    expect(state).toMatchObject({ status: 'running', step: 3, elapsedMs: 0, baseline: null, why: 'resume by ada' });
    expect(weightsOf(PLAN, state).users).toEqual({ employees: share(100), everyone: share(10) });
    expect(switchedOff(off)).toBe(off);
  });

  test.each(['passed', 'awaiting-approval', 'paused'] as const)(
    'also where it is %s, and says what it was',
    (status) => {
      const state = switchedOff(watched(4, { status, why: 'as it was' }));
      expect(state).toMatchObject({ status: 'paused', isOff: true });
      expect(state.why.endsWith('it was paused before: as it was')).toBe(status === 'paused');
    },
  );

  test('one that has ended, or has yet to begin, stays as it is', () => {
    for (const state of [watched(3, { status: 'finished' }), watched(-1, { status: 'awaiting-approval' })]) {
      expect(switchedOff(state)).toBe(state);
    }
  });

  test('a candidate that was deployed anew meanwhile gets no users back', () => {
    const seen = after({ ...watched(3), baseline: null }, look(CLEAN)).state;
    const { state } = command(PLAN, switchedOff(seen), 'resume', 'ada') as { readonly state: RolloutState };
    expect(after(state, look(CLEAN)).state.status).toBe('running');
    expect(after(state, look({ ...CLEAN, epoch: 2 })).state).toMatchObject({ status: 'rolled-back' });
    // Nor between two steps.
    const promoted = command(PLAN, seen, 'promote', 'ada') as { readonly state: RolloutState };
    expect(after(promoted.state, look({ ...CLEAN, epoch: 2 })).state).toMatchObject({ status: 'rolled-back' });
  });
});

describe('checks of others', () => {
  const plan: RolloutPlan = {
    ...PLAN,
    checks: [{ kind: 'webhook', name: 'load', url: 'http://load/', intervalMs: 1_000, timeoutMs: 1_000, failures: 1 }],
  };

  test.each([
    ['none', undefined, 'check "load": no answer yet'],
    [
      'not enough data',
      { outcome: 'not-enough-data', why: 'http://load/ does not answer' },
      'check "load": http://load/ does not answer',
    ],
  ] as const)('hold up a step: %s', (_, result, why) => {
    const seen = look(CLEAN, { checks: result ? [{ name: 'load', ...result }] : [] });
    expect(after(watched(0), seen, plan)).toMatchObject({ state: { step: 0 }, waitingFor: [why] });
  });

  test('let it pass, and end it, also while the comparison does not answer', () => {
    const said = (outcome: 'pass' | 'fail') => ({ checks: [{ name: 'load', outcome, why: 'it said 503' }] });
    expect(after(watched(0), look(CLEAN, said('pass')), plan).state.step).toBe(1);
    const { state } = after(watched(3), look(undefined, said('fail')), plan);
    expect(state).toMatchObject({ status: 'rolled-back', why: 'check "load": it said 503' });
  });
});

test('a switch without gates and pairs moves without a comparison; nothing else passes for lack of figures', () => {
  const plan: RolloutPlan = { ...PLAN, gates: {}, step: { atLeastMs: 1_000, pairs: 0 } };
  const waiting = after(begun(plan), look(undefined), plan);
  expect(after(waiting.state, look(undefined), plan).state).toMatchObject({ step: 1 });
  const asking: RolloutPlan = { ...PLAN, step: { atLeastMs: 0, pairs: 0 } };
  const empty = after(watched(0), look(evidence({ sample: { pairs: 0 } })), asking);
  expect(empty).toMatchObject({ state: { step: 0 }, waitingFor: ['figures of anybody at all'] });
});

describe('a gate that fails', () => {
  test.each<[string, Numbers, RegExp]>([
    [
      'differences',
      { pairs: 3_000, differing: 150 },
      /^gate "differences" in sample: 5\.0%, surely more than .*: \/total at POST \/orders$/,
    ],
    ['differences beyond noise', { pairs: 3_000, differing: 400, noise: 100 }, /^gate "differences" in sample: 10%/],
    [
      'errors',
      { pairs: 3_000, errors: 300 },
      /^gate "errors" in sample: 10%, surely more than [\d.]+%, where at most 2\.0% is allowed$/,
    ],
    ['latency', { pairs: 20_000, slower: 2 }, /^gate "latencyP99" in sample: 99%, surely more than 9\d%/],
  ])('%s: rolls back at once, whatever the time and the pairs of the step', (_, numbers, why) => {
    const { state } = after(watched(0), look(evidence({ sample: numbers }), { sinceLastLookMs: 1 }));
    expect(state.status).toBe('rolled-back');
    expect(state.why).toMatch(why);
    expect(weightsOf(PLAN, state)).toEqual(AT_REST);
  });

  test('in one stratum is enough, and noise alone is none', () => {
    const bad = evidence({ sample: { pairs: 6_000 }, 'segment employees': { pairs: 500, differing: 100 } });
    expect(after(watched(0), look(bad)).state.why).toMatch(/^gate "differences" in segment employees/);
    const noise = evidence({ sample: { pairs: 6_000, differing: 300, noise: 300 } });
    expect(after(watched(0), look(noise)).state.status).toBe('running');
  });

  test('pauses where the plan says so, and again after a person went on', () => {
    const plan: RolloutPlan = { ...PLAN, onFailure: 'pause' };
    const bad = look(evidence({ sample: { pairs: 3_000, differing: 150 } }));
    const paused = after(watched(3), bad, plan).state;
    expect(paused.status).toBe('paused');
    expect(weightsOf(plan, paused)).toEqual(stepsOf(plan)[3]!.weights);
    expect(after(paused, bad, plan).state).toEqual(paused);
    const resumed = command(plan, paused, 'resume', 'ada');
    expect(after('state' in resumed ? resumed.state : paused, bad, plan).state.status).toBe('paused');
  });

  test('takes back users also while it is paused, awaits approval, has passed, or an Envoy is away', () => {
    const bad = evidence({ sample: { pairs: 3_000, differing: 150 } });
    for (const status of ['paused', 'awaiting-approval', 'passed'] as const) {
      expect(after(watched(4, { status }), look(bad)).state.status).toBe('rolled-back');
    }
    const away = look(bad, { delivered: { waitingFor: 'edge-2' } });
    expect(after(watched(4), away).state.status).toBe('rolled-back');
  });
});

describe('another version of the candidate', () => {
  const anew = look(evidence({ sample: { pairs: 10 } }, { epoch: 2 }));
  test('while it gets copies: from the first step', () => {
    const { state } = after(watched(1), anew);
    expect(state).toMatchObject({ status: 'running', step: 0, baseline: null });
  });

  test('takes back what was passed, or is to be approved, by the one before', () => {
    const copiesOnly: RolloutPlan = { ...PLAN, canary: [] };
    for (const status of ['awaiting-approval', 'passed'] as const) {
      const { state } = after(watched(1, { status }), anew, copiesOnly);
      expect(state).toMatchObject({ status: 'running', step: 0, baseline: null });
    }
    expect(after(watched(1, { status: 'paused' }), anew).state).toMatchObject({ status: 'paused', step: 0 });
  });

  test.each(['rollback', 'pause'] as const)('while users are on it: they are taken off, on failure %s', (onFailure) => {
    for (const status of ['running', 'paused', 'passed'] as const) {
      const { state } = after(watched(3, { status }), anew, { ...PLAN, onFailure });
      expect(state).toMatchObject({
        status: 'rolled-back',
        why: 'the candidate was deployed anew while users were on it',
      });
    }
  });
});

describe('people', () => {
  const approving: RolloutPlan = { ...PLAN, approve: ['canary'] };

  test('promote where the plan asks for them', () => {
    const { state } = after(watched(1), look(CLEAN), approving);
    expect(state).toMatchObject({ status: 'awaiting-approval', step: 1 });
    expect(weightsOf(approving, state)).toEqual(stepsOf(approving)[1]!.weights);
    expect(after(state, look(CLEAN), approving).state.status).toBe('awaiting-approval');
    expect(command(approving, state, 'promote', 'ada')).toEqual({
      state: { status: 'running', step: 2, elapsedMs: 0, baseline: null, why: 'promote by ada' },
    });
  });

  test('promote to the very first step: until then nothing is moved', () => {
    const plan: RolloutPlan = { ...PLAN, approve: ['mirror'] };
    const state = begun(plan);
    expect(state).toMatchObject({ status: 'awaiting-approval', step: -1 });
    expect(weightsOf(plan, state)).toEqual(AT_REST);
    expect(after(state, look(CLEAN), plan).state).toEqual(state);
    expect(command(plan, state, 'promote', 'ada')).toMatchObject({ state: { status: 'running', step: 0 } });
  });

  test.each<[Command, RolloutState, unknown]>([
    ['pause', watched(1), { state: { status: 'paused', step: 1 } }],
    ['pause', watched(1, { status: 'paused' }), { refused: 'it is paused already' }],
    ['resume', watched(1, { status: 'paused' }), { state: { status: 'running', step: 1 } }],
    ['resume', watched(1), { refused: 'it is not paused but running' }],
    ['rollback', watched(3), { state: { status: 'rolled-back' } }],
    ['abort', watched(0), { state: { status: 'aborted' } }],
    ['promote', watched(3), { state: { status: 'running', step: 4, baseline: null } }],
    ['promote', watched(4), { state: { status: 'passed', step: 4 } }],
    ['promote', watched(4, { status: 'passed' }), { refused: expect.stringContaining('finish') }],
    ['finish', watched(4, { status: 'passed' }), { state: { status: 'finished', step: 4 } }],
    ['finish', watched(2), { refused: 'it has not passed its last step yet: it is running at canary employees 100%' }],
    [
      'promote',
      watched(0, { status: 'rolled-back' }),
      { refused: 'this rollout is over (rolled-back); start another' },
    ],
  ])('%s', (asked, state, expected) => {
    expect(command(PLAN, state, asked, 'ada')).toMatchObject(expected as object);
  });
});

describe('the end', () => {
  test('the last step passed: users stay, gates go on watching, a person finishes', () => {
    const passed = after(watched(4), look(CLEAN)).state;
    expect(passed).toMatchObject({ status: 'passed', step: 4, why: 'canary 100% passed, the last step' });
    expect(phaseOf(PLAN, passed)).toBe('finish');
    expect(after(passed, look(CLEAN)).state).toMatchObject({ status: 'passed', step: 4 });
    expect(weightsOf(PLAN, passed)).toEqual(stepsOf(PLAN)[4]!.weights);
  });

  test('what is over stays over', () => {
    for (const status of ['rolled-back', 'aborted', 'finished'] as const) {
      const state = watched(2, { status });
      expect(after(state, look(evidence({ sample: { pairs: 3_000, differing: 1_000 } }))).state).toBe(state);
    }
  });

  test('a plan of one switch, and one without a step', () => {
    const plan: RolloutPlan = { ...PLAN, mirror: [], canary: [{ audience: EVERYONE, shares: [share(100)] }] };
    expect(stepsOf(plan)).toHaveLength(1);
    expect(weightsOf(plan, begun(plan))).toEqual({ copies: 'as-configured', users: { everyone: share(100) } });
    expect(start({ ...plan, canary: [] })).toMatchObject({ refused: expect.stringContaining('no step') });
  });
});

test('the same look gives the same answer, and a look of no time at the state it gave changes nothing', () => {
  const seen = look(evidence({ sample: { pairs: 700 } }), { sinceLastLookMs: 0 });
  const once = after(watched(0), seen);
  expect(after(watched(0), seen)).toEqual(once);
  expect(after(once.state, seen)).toEqual(once);
});

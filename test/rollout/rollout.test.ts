/**
 * Rollouts from start to end, in seconds instead of days: real Envoy, real orders, the driver behind API and command line.
 * What users got is read from their answers, which name the build that gave them.
 */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { eventually } from '../support/index.ts';
import { type RolloutStack, type Seen, startRolloutStack } from './rollout-stack.ts';

const V1 = '1.48.2';
const FIXED = '2.0.0';
/** Small enough to stop the defective build, and wide enough to be shown by some hundred pairs. */
const GATES = { differences: { atMost: '4%' }, errors: { atMost: '+4%' } };
const WHOLE_WAY = {
  mirror: ['50%', '100%'],
  canary: { eu: ['100%'], everyone: ['25%', '100%'] },
  step: { atLeast: '1s', pairs: 150 },
  gates: GATES,
};
/** Stays at a quarter of everybody, as long as nothing turns bad. */
const QUARTER = {
  mirror: ['100%'],
  canary: ['25%', '100%'],
  step: { atLeast: '1h', pairs: 150 },
  gates: GATES,
};

/** Steps have their number of pairs, which takes as long as the machine is slow. */
vi.setConfig({ testTimeout: 300_000 });

let stack: RolloutStack;

beforeAll(async () => {
  const eu = { header: 'x-region', prefix: 'eu-' };
  // The brake measures the machine of the test, which is busy.
  const mirror = { segments: { eu: '20%' }, sample: '5%', brake: 'off', rollout: WHOLE_WAY };
  stack = await startRolloutStack(mirror, { eu }, 200);
});
afterAll(() => stack?.close());
afterEach(() => {
  expect(stack.seen.length).toBeGreaterThan(0);
});

const until = (what: string, is: (view: RolloutView) => boolean): Promise<RolloutView> =>
  eventually(
    async () => {
      const view = await stack.view();
      if (is(view)) return view;
      const { status, steps, step, why, waitingFor } = view;
      throw new Error(`${status} at ${steps[step ?? 0]?.name}, ${why}; waits for ${waitingFor.join(', ')}`);
    },
    { what, timeoutMs: 100_000, intervalMs: 50 },
  );

const answersBy = (version: string, fromMs: number, toMs = Number.POSITIVE_INFINITY): Seen[] =>
  stack.seen.filter((answer) => answer.version === version && answer.sentAtMs >= fromMs && answer.sentAtMs < toMs);

/** When it became what it is. */
const decidedAtMs = ({ events }: RolloutView): number => Date.parse(events.at(-1)!.at);

/** How long after the decision the last user's request went to the candidate; and nobody's does any more. */
async function expectRolledBack(view: RolloutView): Promise<number> {
  const decidedMs = decidedAtMs(view);
  await eventually(() => answersBy(V1, decidedMs + 2_000).length > 100, { what: 'answers after the rollback' });
  const lastMs = Math.max(decidedMs, ...answersBy(FIXED, decidedMs).map(({ sentAtMs }) => sentAtMs));
  expect(lastMs - decidedMs).toBeLessThan(1_000);
  return lastMs - decidedMs;
}

test('the defective build is stopped while only copies go to it, its two bugs named', async () => {
  expect(await stack.shadowplane('rollout', 'start', 'orders')).toEqual({
    code: 0,
    out: expect.stringContaining('mirror 50%'),
  });
  const view = await until('it is stopped', ({ status }) => status === 'rolled-back');
  expect(view.why).toMatch(/differences/);
  // Points redeemed after tax, and whole kilograms for parcels abroad.
  expect(view.why).toMatch(/\/totals\/tax at/);
  expect(view.why).toMatch(/\/totals\/shipping at/);
  expect(view.events.map(({ step }) => step).filter((step) => step.startsWith('canary'))).toEqual([]);
  expect(view.exposed.total.requests).toBe(0);
  expect(new Set(stack.seen.map(({ version }) => version))).toEqual(new Set([V1]));
  expect(stack.failures()).toEqual({});
  const said = await stack.shadowplane('rollout', 'status', 'orders');
  expect(said).toEqual({ code: 3, out: expect.stringContaining('/totals/tax') });
});

test('a build that turns bad with a quarter of the users on it is rolled back, and says how many met it', async () => {
  await stack.tellCandidate('/deploy/v2-fixed');
  await stack.call('PATCH', '/mirrors/orders', { rollout: { ...QUARTER, step: { atLeast: '500ms', pairs: 150 } } });
  const startedMs = Date.now();
  await stack.call('POST', '/mirrors/orders/rollout/start');
  const canary = await until('canary 25%', ({ steps, step }) => steps[step ?? 0]?.name === 'canary 25%');
  await eventually(() => answersBy(FIXED, decidedAtMs(canary)).length > 20, { what: 'users on the candidate' });
  const brokenMs = Date.now();
  await stack.tellCandidate('/break/totals');
  const view = await until('it is rolled back', ({ status }) => status === 'rolled-back');
  expect(view.why).toMatch(/differences.*\/totals\/total/);
  const rollbackMs = await expectRolledBack(view);

  const exposed = answersBy(FIXED, startedMs).length;
  const reported = await until('all who met it are counted', (now) => now.exposed.total.requests >= exposed);
  expect(reported.exposed.total.requests).toBe(exposed);
  expect(stack.failures()).toEqual({});
  const met = answersBy(FIXED, brokenMs).length;
  const seconds = ((decidedAtMs(view) - brokenMs) / 1_000).toFixed(1);
  console.log(
    `fault to decision ${seconds} s, then ${rollbackMs.toFixed(0)} ms; ${met} users' requests after the fault`,
  );
  await stack.tellCandidate('/break/nothing');
});

test('without its control plane Envoy keeps the users where they are; the next one rolls back at once', async () => {
  await stack.call('PATCH', '/mirrors/orders', { rollout: QUARTER });
  await stack.call('POST', '/mirrors/orders/rollout/start');
  await stack.call('POST', '/mirrors/orders/rollout/promote');
  const promotedMs = Date.now();
  await eventually(() => answersBy(FIXED, promotedMs).length > 20, { what: 'users on the candidate' });
  await stack.killControlPlane();
  const killedMs = Date.now();
  await eventually(() => answersBy(V1, killedMs).length > 200, { what: 'answers without a control plane' });
  const [old, fresh] = [answersBy(V1, killedMs).length, answersBy(FIXED, killedMs).length];
  expect(fresh / (old + fresh)).toBeGreaterThan(0.12);
  expect(fresh / (old + fresh)).toBeLessThan(0.38);

  await stack.restartControlPlane();
  expect(await stack.view()).toMatchObject({ status: 'running', weights: { users: { everyone: 250_000 } } });
  expect(await stack.shadowplane('rollout', 'rollback', 'orders')).toMatchObject({ code: 0 });
  const view = await until('it is rolled back', ({ status }) => status === 'rolled-back');
  console.log(`rollback by a new control plane: ${(await expectRolledBack(view)).toFixed(0)} ms`);
  expect(stack.failures()).toEqual({});
});

test('the corrected build reaches everybody without a person; finish makes it the primary', async () => {
  await stack.call('PATCH', '/mirrors/orders', { rollout: WHOLE_WAY });
  await stack.call('POST', '/mirrors/orders/rollout/start');
  const passed = await until('all steps are passed', ({ status }) => status === 'passed' || status === 'rolled-back');
  expect(passed.status).toBe('passed');
  expect(passed.steps.map(({ name }) => name)).toEqual([
    'mirror 50%',
    'mirror 100%',
    'canary eu 100%',
    'canary 25%',
    'canary 100%',
  ]);
  // With all users on the candidate, pairs come from copies that go back; they go on being judged.
  const watched = await until('gates go on', ({ gates }) => gates.length === 4);
  expect(watched.gates.map(({ outcome }) => outcome)).not.toContain('fail');
  const passedMs = decidedAtMs(passed);
  await stack.call('POST', '/mirrors/orders/rollout/finish?wait=10s');
  await eventually(async () => (await stack.call('GET', '/mirrors/orders')).primary === 'order-v2');
  const finishedMs = Date.now();
  await eventually(() => answersBy(FIXED, finishedMs).length > 200, { what: 'answers after the change of the policy' });
  expect(answersBy(V1, passedMs)).toEqual([]);
  expect(stack.failures()).toEqual({});
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RolloutPlan } from '../../rollout/index.ts';
import { type Policy, parsePolicy } from '../policy/index.ts';
import type { PerMillion } from '../policy/percent.ts';
import { GuardProofs, type GuardStatus } from './guard-proofs.ts';
import type { ProbeResult } from './probe.ts';

const PROVEN: ProbeResult = { outcome: 'proven', mode: 'always' };
const REFUTED: ProbeResult = { outcome: 'refuted', reason: '10.0.0.2:80 has no guard' };
const UNREACHABLE: ProbeResult = { outcome: 'unreachable', reason: '10.0.0.2:80 cannot be asked: ECONNREFUSED' };

const guarded = { match: { path: '/a' }, primary: 'v1', shadow: 'v2', control: 'twin', sideEffects: 'guarded' };

function policyOf(mirrors: object, services: object = {}): Policy {
  const addresses = { v1: '10.0.0.1:80', v2: '10.0.0.2:80', twin: '10.0.0.3:80' };
  const all = Object.fromEntries(
    Object.entries(addresses).map(([name, address]) => [
      name,
      { address, guardProbe: { interval: '1s' }, ...(services as Record<string, object>)[name] },
    ]),
  );
  return parsePolicy({ services: all, mirrors }).policy;
}

/** Time is the test's; every service answers as the test last said. */
function setUp(policy: Policy, first: Readonly<Record<string, ProbeResult>> = {}) {
  vi.useFakeTimers();
  const answers: Record<string, ProbeResult> = { v2: PROVEN, twin: PROVEN, ...first };
  const asked: string[] = [];
  let changes = 0;
  const events: GuardStatus[] = [];
  const guards = new GuardProofs({
    probe: async ({ name }) => {
      asked.push(name);
      return answers[name]!;
    },
    onChange: () => {
      changes += 1;
    },
  });
  guards.onEvent((status) => events.push(status));
  guards.follow(policy);
  const methods = () => guards.allowed(policy).mirrors.map((mirror) => mirror.methods.join());
  return { guards, answers, asked, events, methods, changes: () => changes };
}

afterEach(() => vi.useRealTimers());

const ALL = 'GET,HEAD,OPTIONS,POST,PUT,PATCH,DELETE';
const SAFE = 'GET,HEAD,OPTIONS';

it('a service that has taken a user for a copy is known as one for a while, also where nobody asks it', async () => {
  const { guards } = setUp(policyOf({ a: { ...guarded, sideEffects: 'trusted' } }));
  const sign = { mirror: 'a', side: 'candidate', endpoint: 'GET /a', guarded: true } as const;
  guards.see(sign);
  expect(guards.takesUsersForCopies('v2')).toBe(false);
  guards.see({ ...sign, ofUser: true });
  expect([guards.takesUsersForCopies('v2'), guards.takesUsersForCopies('v1')]).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(guards.takesUsersForCopies('v2')).toBe(false);
  const asked = setUp(policyOf({ a: guarded }));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.guards.takesUsersForCopies('v2')).toBe(true);
});

describe('copies of unsafe requests', () => {
  it('wait until candidate and control have proven their guards', async () => {
    const { guards, answers, methods, changes } = setUp(policyOf({ a: guarded }), { twin: REFUTED });
    expect(methods()).toEqual([SAFE]);
    await vi.advanceTimersByTimeAsync(0);
    expect(methods()).toEqual([SAFE]);
    expect(guards.list()).toMatchObject([
      { service: 'v2', role: 'candidate', mirrors: ['a'], state: 'proven', mode: 'always' },
      { service: 'twin', role: 'control', state: 'failed', reason: '10.0.0.2:80 has no guard' },
    ]);
    answers.twin = { outcome: 'proven', mode: 'marked' };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(methods()).toEqual([ALL]);
    expect(changes()).toBe(2);
  });

  it.each([
    ['refuted', REFUTED],
    ['unreachable', UNREACHABLE],
  ])('stop with the first proof that is %s, and come back with it', async (_, gone) => {
    const { guards, answers, methods, events } = setUp(policyOf({ a: guarded }));
    await vi.advanceTimersByTimeAsync(0);
    expect(methods()).toEqual([ALL]);
    answers.v2 = gone;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(methods()).toEqual([SAFE]);
    expect(guards.list()[0]).toMatchObject({ service: 'v2', state: 'failed', reason: expect.any(String) });
    expect(guards.list()[0]).not.toHaveProperty('mode');
    answers.v2 = PROVEN;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(methods()).toEqual([ALL]);
    expect(events.filter(({ service }) => service === 'v2').map(({ state }) => state)).toEqual([
      'proven',
      'failed',
      'proven',
    ]);
  });

  it('never begin where nobody can be asked, and the way out is said once', async () => {
    const { guards, methods, events } = setUp(policyOf({ a: guarded }), { v2: UNREACHABLE });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(methods()).toEqual([SAFE]);
    expect(guards.list()[0]).toMatchObject({
      state: 'unproven',
      reason: expect.stringContaining('services.v2.guardProbe.address'),
    });
    expect(events.filter(({ service }) => service === 'v2')).toHaveLength(1);
  });

  it('need no proof with trusted, and of a mirror of safe methods nobody asks', async () => {
    const trusted = { ...guarded, match: { path: '/b' }, sideEffects: 'trusted' };
    const safe = { ...guarded, match: { path: '/c' }, methods: ['GET'] };
    const { guards, asked, methods } = setUp(policyOf({ trusted, safe }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual([]);
    expect(methods().sort()).toEqual(['GET', ALL]);
    expect(guards.list().map(({ state, mirrors }) => `${mirrors} ${state}`)).toEqual([
      'trusted trusted',
      'trusted trusted',
      'safe not-needed',
      'safe not-needed',
    ]);
  });

  it('of other mirrors go on', async () => {
    const other = { ...guarded, match: { path: '/b' }, control: undefined, shadow: 'twin' };
    const { methods } = setUp(policyOf({ a: guarded, other }), { v2: REFUTED });
    await vi.advanceTimersByTimeAsync(0);
    expect(methods()).toEqual([SAFE, ALL]);
  });
});

describe('answers to copies', () => {
  const MINUTE_MS = 60_000;
  const sign = { mirror: 'a', side: 'candidate', endpoint: 'POST /a' } as const;

  it('end the proof when one lacks what others had, whatever the next probes say, and longer each time', async () => {
    const { guards, methods, events } = setUp(policyOf({ a: guarded }));
    await vi.advanceTimersByTimeAsync(0);
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      guards.see({ ...sign, guarded: true });
      expect(methods()).toEqual([ALL]);
      guards.see({ ...sign, guarded: false });
      expect(methods()).toEqual([SAFE]);
      // Of what was on its way.
      guards.see({ ...sign, guarded: true });
      guards.see({ ...sign, guarded: false });
      expect(guards.list()[0]).toMatchObject({
        service: 'v2',
        state: 'failed',
        reason: expect.stringMatching(`^answered a copy of POST /a without x-shadow-guard.* in ${minutes} min$`),
      });
      await vi.advanceTimersByTimeAsync(minutes * MINUTE_MS - 2_000);
      expect(methods()).toEqual([SAFE]);
      await vi.advanceTimersByTimeAsync(3_000);
      expect(methods()).toEqual([ALL]);
    }
    expect(events.filter(({ service }) => service === 'v2')).toHaveLength(17);
  });

  it('of a service that never shows its guard there leave the proof to the probe', async () => {
    const { guards, methods } = setUp(policyOf({ a: guarded }));
    await vi.advanceTimersByTimeAsync(0);
    guards.see({ ...sign, guarded: false });
    // What another has shown is nothing to it.
    guards.see({ ...sign, side: 'control', guarded: true });
    guards.see({ ...sign, guarded: false });
    expect(methods()).toEqual([ALL]);
    guards.see({ ...sign, side: 'control', guarded: false });
    expect(methods()).toEqual([SAFE]);
  });

  it('prove nothing by themselves, and nothing of a service or mirror that nobody asks', async () => {
    const { guards, methods } = setUp(policyOf({ a: guarded }), { v2: REFUTED });
    await vi.advanceTimersByTimeAsync(0);
    guards.see({ ...sign, guarded: true });
    guards.see({ ...sign, mirror: 'none', guarded: false });
    guards.see({ ...sign, side: 'primary', guarded: true });
    guards.see({ ...sign, side: 'primary', guarded: false });
    expect(methods()).toEqual([SAFE]);
    expect(guards.list()[0]).toMatchObject({ state: 'failed', reason: '10.0.0.2:80 has no guard' });
  });

  it('of before say nothing of a service that has moved', async () => {
    const { guards } = setUp(policyOf({ a: guarded }));
    await vi.advanceTimersByTimeAsync(0);
    guards.see({ ...sign, guarded: true });
    const moved = policyOf({ a: guarded }, { v2: { address: '10.0.0.9:80' } });
    guards.follow(moved);
    await vi.advanceTimersByTimeAsync(0);
    guards.see({ ...sign, guarded: false });
    expect(guards.allowed(moved)).toBe(moved);
  });
});

describe('a policy that changes', () => {
  it('takes proofs along, but not to other addresses', async () => {
    const { guards, asked } = setUp(policyOf({ a: guarded }));
    await vi.advanceTimersByTimeAsync(0);
    const more = policyOf({ a: guarded, b: { ...guarded, match: { path: '/b' } } });
    guards.follow(more);
    expect(guards.allowed(more)).toBe(more);
    expect(asked).toEqual(['v2', 'twin']);
    const moved = policyOf({ a: guarded }, { v2: { address: '10.0.0.9:80' } });
    expect(guards.allowed(moved).mirrors[0]!.methods.join()).toBe(SAFE);
    guards.follow(moved);
    expect(guards.allowed(moved).mirrors[0]!.methods.join()).toBe(SAFE);
    await vi.advanceTimersByTimeAsync(0);
    expect(guards.allowed(moved)).toBe(moved);
  });

  it('ends questions that nobody needs any more', async () => {
    const { guards, asked } = setUp(policyOf({ a: guarded }));
    await vi.advanceTimersByTimeAsync(0);
    guards.follow(policyOf({ a: { ...guarded, sideEffects: 'none' } }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual(['v2', 'twin']);
  });
});

describe('copies that go back to the primary of a rollout', () => {
  const rollout: RolloutPlan = {
    mirror: [],
    canary: [{ audience: 'everyone', shares: [1_000_000 as PerMillion] }],
    step: { atLeastMs: 0, pairs: 1 },
    gates: {},
    checks: [],
    onFailure: 'rollback',
    approve: [],
  };
  const withRollout = (mirror: object): Policy => {
    const policy = policyOf({ a: mirror });
    return { ...policy, mirrors: policy.mirrors.map((one) => ({ ...one, rollout })) };
  };

  it('are of safe requests until the primary has proven its guard, too, and hold back no others', async () => {
    const policy = withRollout(guarded);
    const { guards, answers, methods, asked } = setUp(policy, { v1: REFUTED });
    const back = () => guards.allowed(policy).mirrors[0]!.backMethods?.join();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toContain('v1');
    expect([methods(), back()]).toEqual([[ALL], undefined]);
    expect(guards.list()).toMatchObject([
      { service: 'v2', role: 'candidate', state: 'proven' },
      { service: 'twin', role: 'control', state: 'proven' },
      { service: 'v1', role: 'primary', state: 'failed', reason: '10.0.0.2:80 has no guard' },
    ]);
    answers.v1 = PROVEN;
    await vi.advanceTimersByTimeAsync(1_000);
    expect([methods(), back()]).toEqual([[ALL], ALL]);
    answers.v2 = REFUTED;
    await vi.advanceTimersByTimeAsync(1_000);
    expect([methods(), back()]).toEqual([[SAFE], undefined]);
  });

  it('need no proof with trusted, and none where all is safe', () => {
    const trusted = withRollout({ ...guarded, sideEffects: 'trusted' });
    const { guards, asked } = setUp(trusted);
    expect(guards.allowed(trusted).mirrors[0]!.backMethods?.join()).toBe(ALL);
    expect(guards.list().map(({ role, state }) => `${role} ${state}`)).toContain('primary trusted');
    const safe = withRollout({ ...guarded, sideEffects: 'none' });
    guards.follow(safe);
    expect(guards.allowed(safe)).toBe(safe);
    expect(guards.list().map(({ role, state }) => `${role} ${state}`)).toContain('primary not-needed');
    expect(asked).toEqual([]);
  });
});

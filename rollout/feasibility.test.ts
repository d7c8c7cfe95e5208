import { expect, test } from 'vitest';
import type { PerMillion } from '../xds-server/policy/percent.ts';
import { feasibility } from './feasibility.ts';
import { EVERYONE, type RolloutPlan } from './plan.ts';

const plan = (pairs: number, atMost = 0.001): RolloutPlan => ({
  mirror: [1_000_000 as PerMillion],
  canary: [{ audience: EVERYONE, shares: [1_000_000 as PerMillion] }],
  step: { atLeastMs: 0, pairs },
  gates: { differences: { atMost, confidence: 0.95 } },
  checks: [],
  onFailure: 'rollback',
  approve: [],
});

test('a gate that could never open is refused, with what would do; following either advice makes it feasible', () => {
  const [problem] = feasibility(plan(3_838), 1);
  expect(problem?.path).toBe('/step/pairs');
  const [, pairs, , bound] =
    /at least (\d+) pairs.*"step\.pairs" at least (\d+), or "differences\.atMost" at least ([\d.]+)%/.exec(
      problem!.message,
    )!;
  expect(Number(pairs)).toBeGreaterThan(3_838);
  expect(Number(pairs)).toBeLessThan(5_000);
  expect(feasibility(plan(Number(pairs)), 1)).toEqual([]);
  expect(feasibility(plan(Number(pairs) - 1), 1)).toHaveLength(1);
  expect(Number(bound)).toBeGreaterThan(0.1);
  expect(Number(bound)).toBeLessThan(0.14);
  expect(feasibility(plan(3_838, Number(bound) / 100), 1)).toEqual([]);
});

test('the more strata there are, the fewer wrong stops each may add; opening is not made harder by it', () => {
  expect(feasibility(plan(4_800), 1)).toEqual([]);
  expect(feasibility(plan(4_800), 20)).toEqual([]);
});

test('without that gate nothing is asked', () => {
  expect(feasibility({ ...plan(1), gates: {} }, 1)).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { leastCleanPairs, stepsOf } from '../../rollout/index.ts';
import { PLAIN as style } from '../output/style.ts';
import { renderRolloutPlan } from './render-rollout-plan.ts';
import { forecastRollout, type Pace } from './rollout-forecast.ts';
import { PLAN, viewAt } from './rollout-testing.ts';

/** 1,000 requests a minute, of which 100 are of employees; employees are copied whole, the others to 10%. */
const PACE: Pace = {
  pairsPerSecond: 190 / 60,
  minutes: 10,
  groups: [
    { segment: 'employees', share: '100%', seen: 1_000 },
    { segment: 'beta', share: '50%', seen: 0 },
    { segment: undefined, share: '10%', seen: 9_000 },
  ],
};
const STEPS = stepsOf(PLAN);
const NEEDED = leastCleanPairs(PLAN);
const hours = (ms: number | null) => (ms ?? Number.NaN) / 3_600_000;

describe('a step', () => {
  it('gets as many pairs as its share says, of all groups alike', () => {
    const { steps } = forecastRollout(PLAN, STEPS, PACE);
    const perMinute = steps.map(({ pairsPerSecond }) => Math.round(pairsPerSecond! * 60));
    expect(perMinute).toEqual([250, 1_000, 1_000, 1_000, 1_000]);
  });

  it('takes its least time, its pairs, or the gate in the slowest group, whichever is longest', () => {
    const noGates = { ...PLAN, gates: {} };
    expect(forecastRollout(noGates, STEPS, PACE).steps.map(({ expectedMs }) => expectedMs! / 60_000)).toEqual([
      expect.closeTo(32),
      10,
      10,
      10,
      10,
    ]);
    const { steps, slowest, cleanPairs } = forecastRollout(PLAN, STEPS, PACE);
    expect(cleanPairs).toBe(NEEDED);
    expect(hours(steps[0]!.expectedMs)).toBeCloseTo(NEEDED / 25 / 60);
    expect(hours(steps[1]!.expectedMs)).toBeCloseTo(NEEDED / 100 / 60);
    expect(slowest).toMatchObject({ group: 'employees', pairsPerSecond: expect.closeTo(100 / 60) });
  });

  it('copies as the mirror says where the plan has no share', () => {
    const plan = { ...PLAN, mirror: [] };
    const [first] = forecastRollout(plan, stepsOf(plan), PACE).steps;
    expect(first!.pairsPerSecond! * 60).toBeCloseTo(190);
  });

  it.each<[string, Pace | undefined]>([
    ['nothing is known of the traffic', undefined],
    ['nothing was compared', { ...PACE, pairsPerSecond: 0, minutes: 0 }],
    ['nothing is copied', { ...PACE, groups: [{ segment: undefined, share: '0%', seen: 100 }] }],
  ])('takes nobody knows how long where %s', (_, pace) => {
    const { steps, leastMs, expectedMs, slowest } = forecastRollout(PLAN, STEPS, pace);
    expect({ leastMs, expectedMs, slowest }).toEqual({ leastMs: 3_000_000, expectedMs: null, slowest: null });
    expect(steps[0]).toMatchObject({ pairsPerSecond: null, expectedMs: null });
  });

  it('takes no more than its time where no pairs are asked for', () => {
    const plan = { ...PLAN, gates: {}, step: { atLeastMs: 1_000, pairs: 0 } };
    expect(forecastRollout(plan, STEPS, undefined).expectedMs).toBe(5_000);
  });
});

describe('a dry run', () => {
  const render = (pace: Pace | undefined) =>
    renderRolloutPlan(viewAt(-1, { status: 'ready' }), forecastRollout(PLAN, STEPS, pace), pace, { style, width: 80 });

  it('shows each step, what it takes, and what makes it slow', () => {
    const lines = render(PACE);
    expect(lines.slice(0, 7)).toEqual([
      'orders: a start would go through 5 steps; nothing was started',
      '  #  step                   copies  users on the candidate       pairs/s   about',
      '  1  mirror 25%                25%  -                                4.2     4 h',
      '  2  mirror 100%              100%  -                               16.7  47 min',
      '  3  canary employees 100%    100%  employees 100%                  16.7  47 min',
      '  4  canary 10%               100%  employees 100%, everyone 1…     16.7  47 min',
      '  5  canary 100%              100%  employees 100%, everyone 1…     16.7  47 min',
    ]);
    expect(lines.slice(7)).toEqual([
      "  at least 50 min in all, about 7 h at today's rate (3.2 pairs a second in the last 10 min), if nothing differs",
      '  each step takes at least 10 min and 8,000 pairs',
      `  the gate "differences" takes ${NEEDED.toLocaleString('en-US')} pairs without a difference in each group that has traffic`,
      '  slowest is employees: 1.7 pairs a second, 47 min a step',
      '  a person has to begin: canary',
      '  what fails takes everyone back: differences, latencyP99',
    ]);
  });

  it('says what it does not know', () => {
    const lines = render(undefined);
    expect(lines[2]).toMatch(/25% {2}- +\? +\?$/);
    expect(lines[7]).toBe('  at least 50 min in all; how long pairs take is not known: none was compared lately');
  });
});

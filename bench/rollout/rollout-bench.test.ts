import { expect, test } from 'vitest';
import { seededRandom } from '../support/index.ts';
import { errorsOf, markdownReport, type WorldOutcomes } from './report.ts';
import { flaggersWay, ourWay } from './simulate.ts';
import { draw, drawUsers, poisson } from './stream.ts';
import { WORLDS, type World } from './worlds.ts';

const named = (name: string): World => WORLDS.find((world) => world.name === name)!;
const RULES = { leastSuccessRate: 0.99, mostP99Ms: 500 };

test('streams have the shares of their world', () => {
  const random = seededRandom(3);
  const { pairs, candidateOnly, controlOnly, errors, latency } = draw(named('differs in 1%'), 200_000, true, random);
  expect(pairs).toBe(200_000);
  expect(candidateOnly / pairs).toBeCloseTo(0.0102, 3);
  expect(controlOnly! / pairs).toBeCloseTo(0.0002, 3);
  expect(errors.candidate.hits / pairs).toBeCloseTo(0.001, 3);
  const answered = drawUsers(named('errors +1.5%'), { primary: 2_000_000, candidate: 1_000_000 }, true, random);
  expect(answered.candidate.failed / 1_000_000).toBeCloseTo(0.016, 3);
  expect(answered.primary.failed / 2_000_000).toBeCloseTo(0.001, 3);
  const values = [...latency.primary.values()].reduce((sum, count) => sum + count, 0);
  expect(values / pairs).toBeCloseTo(1, 1);
  expect(
    Array.from({ length: 2_000 }, () => poisson(3, random)).reduce((sum, count) => sum + count, 0) / 2_000,
  ).toBeCloseTo(3, 0);
});

test('a coarse defect is stopped before any user, by its gate; Flagger, which compares nothing, lets it through', () => {
  expect(ourWay(named('differs in 10%'), seededRandom(1))).toMatchObject({
    end: 'stopped',
    by: 'differences',
    harmed: 0,
    badSteps: { count: 1, passed: 0 },
  });
  const flagger = flaggersWay(named('differs in 10%'), RULES, seededRandom(1));
  expect(flagger.end).toBe('reached 100%');
  expect(flagger.harmed).toBeGreaterThan(10_000);
});

test('failures stop both; what turns bad later harms users until it is noticed', () => {
  expect(flaggersWay(named('errors +1.5%'), RULES, seededRandom(1)).end).toBe('stopped');
  const late = ourWay(named('differs in 5% from canary 25% on'), seededRandom(1));
  expect(late).toMatchObject({ end: 'stopped', by: 'differences' });
  expect(late.harmed).toBeGreaterThan(0);
});

test('the same seed gives the same rollout', () => {
  const once = () => ourWay(named('differs in 1%'), seededRandom(5));
  expect(once()).toEqual(once());
});

test('the report counts errors of both kinds', () => {
  const outcome = (end: 'reached 100%' | 'stopped') => ({
    end,
    hours: 1,
    harmed: 0,
    badSteps: { count: 4, passed: 1 },
  });
  const all: WorldOutcomes[] = [
    { world: named('identical'), ways: new Map([['ours', [outcome('stopped'), outcome('reached 100%')]]]) },
    {
      world: named('differs in 1%'),
      ways: new Map([['ours', [outcome('stopped'), outcome('reached 100%'), outcome('reached 100%')]]]),
    },
  ];
  expect(markdownReport(all, { command: 'x', day: '2026-01-05' })).toMatch(
    /differs in 1% +\| stop +\| +3 \| +67% \| +25% \| +0 \|/,
  );
  expect(errorsOf(all, 'ours')).toEqual({ falseStops: { count: 1, of: 2 }, misses: { count: 2, of: 3 } });
  expect(markdownReport(all, { command: 'x', day: '2026-01-05' })).toContain(
    'ours: stopped 1 of 2 rollouts that were within all bounds; let 2 of 3 that were beyond one reach everyone.',
  );
});

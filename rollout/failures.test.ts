import { expect, it } from 'vitest';
import { type Evidence, evidenceSince, NO_COUNTS } from './evidence.ts';
import { type Failures, failuresSince } from './failures.ts';
import { judgeErrors } from './gates/errors.ts';

const GATE = { atMost: 0.01, confidence: 0.95 };
const ALPHAS = { pass: 0.025, fail: 0.001 };
const side = (trials: number, hits: number, surely = 0, open = 0, before = 0): Failures => ({
  hits,
  trials,
  unanswered: { surely, open, before },
});
const judge = (primary: Failures, candidate: Failures) =>
  judgeErrors('sample', { ...NO_COUNTS, errors: { primary, candidate } }, GATE, ALPHAS);

it('a candidate that leaves some of its users without an answer has failed them', () => {
  expect(judge(side(20_000, 20), side(1_940, 2))).toMatchObject({ outcome: 'pass' });
  expect(judge(side(20_000, 20), side(1_940, 2, 60))).toMatchObject({ outcome: 'fail', count: 2_000, unanswered: 60 });
});

it('users give up on either, and nobody is stopped for that', () => {
  expect(judge(side(19_400, 20, 600), side(1_940, 2, 60)).outcome).not.toBe('fail');
  // Nor where of the primary it is only not known.
  expect(judge(side(19_400, 20, 0, 600), side(1_940, 2, 60)).outcome).toBe('not-enough-data');
});

it('who waits is no failure of the candidate, and no excuse for it', () => {
  expect(judge(side(20_000, 20), side(2_000, 2, 0, 60)).outcome).toBe('pass');
  // However many wait for the primary: failures that have a status are known of both.
  expect(judge(side(20_000, 20, 0, 9_000, 9_000), side(2_000, 62)).outcome).toBe('fail');
  expect(judge(side(20_000, 20, 0, 9_000), side(1_940, 140, 60)).outcome).toBe('fail');
  expect(judge(side(20_000, 20, 0, 0, 9_000), side(1_940, 2, 60)).outcome).toBe('not-enough-data');
});

it('who waited when the step began, and gave up in it, is no failure of the step', () => {
  expect(failuresSince(side(100, 1, 9, 3, 4), side(60, 1, 2, 5, 4))).toEqual(side(40, 0, 2, 8, 4));
  expect(failuresSince(side(100, 1, 9, 3, 4), side(60, 1, 2, 9, 4))).toEqual(side(40, 0, 0, 10, 4));
});

it('where all are on the candidate and none of them is answered, the primary of before stands in', () => {
  const at = (candidate: Failures): Evidence => ({
    basis: '',
    epoch: 1,
    strata: { sample: { ...NO_COUNTS, allWithCandidate: true, errors: { primary: side(900, 1), candidate } } },
    findings: [],
  });
  const since = evidenceSince(at(side(50, 0, 30)), at(side(50, 0)));
  expect(since).toMatchObject({ strata: { sample: { errors: { primary: { trials: 900 } } } } });
});

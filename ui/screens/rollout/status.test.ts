import { expect, it } from 'vitest';
import { share } from '../../../xds-server/rollouts/testing-view.ts';
import { progressOf, waitMsOf } from './progress.ts';
import { sentenceOf, whoText } from './status.ts';
import { viewAt } from './testing.ts';

const WHY = 'gate "differences" in sample: 0.42%, surely more than 0.31%, where at most 0.1% is allowed';

it.each([
  [viewAt(5), 'Canary employees 100%, step 6 of 13: canary employees 10% passed.'],
  [viewAt(2, { status: 'rolled-back', why: WHY }), `Rolled back from mirror 25%, step 3 of 13: ${WHY}.`],
  [
    viewAt(5, { status: 'paused', why: 'pause by ann' }),
    'Paused at canary employees 100%, step 6 of 13: pause by ann.',
  ],
  [
    viewAt(3, {
      status: 'awaiting-approval',
      why: 'mirror 100% passed; a person must promote to canary employees 10%',
    }),
    'Mirror 100% passed; a person must promote to canary employees 10%.',
  ],
  [viewAt(-1, { status: 'ready', step: null }), 'A plan of 13 steps, not started yet.'],
  [
    viewAt(12, { status: 'passed', why: 'canary 100% passed, the last step' }),
    'Every step is passed: canary 100% passed, the last step.',
  ],
])('says in one sentence where it is and why: %#', (view, sentence) => {
  expect(sentenceOf(view)).toBe(sentence);
});

it('says who answers whom', () => {
  const services = { primary: 'order-v1', shadow: 'order-v2' };
  expect(whoText({ copies: 'as-configured', users: {} }, services)).toBe(
    'order-v1 answers every user; copies go as the mirror says.',
  );
  expect(whoText({ copies: share(25), users: { employees: share(100), everyone: share(0) } }, services)).toBe(
    'order-v2 answers 100% of employees; of segments and the sample 25% is copied.',
  );
});

const gate = (more: object) => ({
  ...{ gate: 'differences' as const, stratum: 'sample', outcome: 'pass' as const, value: 0, low: 0, high: 0.0005 },
  ...{ atMost: 0.001, count: 3_000, more: 0, ...more },
});

it('counts what a step has of what it needs: pairs once, however many gates rest on them', () => {
  const gates = [
    gate({}),
    gate({ stratum: 'segment beta', outcome: 'not-enough-data', count: 1_000, more: 4_000 }),
    gate({ gate: 'errors', count: 90_000 }),
  ];
  expect(progressOf(viewAt(2, { gates }))).toEqual([
    { name: 'least time', share: 0.4, text: '4 min of 10 min' },
    { name: 'pairs', share: 0.5, text: '4,000 of 8,000' },
    { name: 'gates', share: 2 / 3, text: '2 of 3 pass' },
  ]);
  expect(progressOf(viewAt(-1, { step: null }))).toEqual([]);
});

it('says how long a gate needs at this rate, where that can be said', () => {
  expect(waitMsOf({ count: 1_000, more: 4_000 }, 60_000)).toBe(240_000);
  for (const unknown of [
    { count: 0, more: 10 },
    { count: 10, more: null },
    { count: 10, more: 0 },
  ])
    expect(waitMsOf(unknown, 60_000)).toBeUndefined();
});

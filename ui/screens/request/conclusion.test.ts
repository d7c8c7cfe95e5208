import { expect, it } from 'vitest';
import type { RunAgainReport } from '../../api/index.ts';
import { conclude } from './conclusion.ts';

type Run = RunAgainReport['runs'][number];
const run = (...paths: string[]) =>
  ({ differences: paths.map((path) => ({ kind: 'value', path, pointer: path })) }) as unknown as Run;
const report = (runs: Run[], more: Partial<RunAgainReport> = {}): RunAgainReport => ({
  deterministic: true,
  runs,
  varies: {},
  notes: [],
  ...more,
});

it('tells behaviour from noise, and says when nothing can be told', () => {
  expect(conclude(report([run('/a'), run('/a')]))).toMatchObject({ tone: 'different' });
  expect(conclude(report([run(), run()]))).toMatchObject({ tone: 'same' });
  const noisy = { deterministic: false, varies: { primary: [{ kind: 'value', path: '/at' }] } } as const;
  expect(conclude(report([run('/at', '/total'), run('/total')], noisy))).toMatchObject({
    tone: 'different',
    title: 'Reproduced',
    detail: expect.stringMatching(/at \/total in every run.*\/at varies/),
  });
  const varying = { deterministic: false, varies: { candidate: [{ kind: 'value', path: '/at' }] } } as const;
  expect(conclude(report([run('/at'), run('/at')], varying))).toMatchObject({
    tone: 'unsure',
    title: 'Not deterministic',
    detail: expect.stringContaining('the candidate at /at'),
  });
  const silent = { deterministic: false, notes: ['The candidate did not answer in every run: refused.'] };
  expect(conclude(report([run(), run()], silent)).detail).toBe(silent.notes[0]);
});

import { expect, it } from 'vitest';
import { reportVerdict } from './index.ts';
import type { LossInput, Stratum } from './inputs.ts';
import { cell, epoch, field, MIRROR, OPTIONS } from './testing.ts';

const SAMPLE: Stratum = { reason: 'sample' };
const STAFF: Stratum = { reason: 'segment', segment: 'staff' };

function lost(count: number, cause: LossInput['cause'] = 'no_answer', stratum = SAMPLE): LossInput {
  return { stratum, cause, count };
}

const verdict = (pairs: number, losses: readonly LossInput[], controlled = true) =>
  reportVerdict(MIRROR, epoch([cell(pairs, [], { controlled })], { losses }), OPTIONS);

it('a candidate that leaves one copy in ten without an answer is not the same, however alike its answers are', () => {
  for (const controlled of [true, false]) {
    const report = verdict(9_000, [lost(1_000)], controlled);
    expect(report).toMatchObject({ verdict: 'not-enough-data', missing: null });
    expect(report.strata[0]!.mismatch.high).toBeGreaterThan(0.1);
    expect(report.notes).toContainEqual(expect.stringContaining('The candidate left 1,000 copies without an answer'));
  }
});

it('a few copies without an answer take more pairs, as so many that differ would', () => {
  const { missing, ...report } = verdict(900, [lost(1)]);
  expect(report.verdict).toBe('not-enough-data');
  expect(missing).toBeGreaterThan(0);
  expect(verdict(900 + missing!, [lost(1)]).verdict).toBe('same');
});

it('they are added to the pairs that differ: neither has the margin for itself', () => {
  const of = (candidateOnly: number, unanswered: number) =>
    reportVerdict(
      MIRROR,
      epoch([cell(2_000, [field('/a', { candidateOnly, candidateSpells: 1 })])], { losses: [lost(unanswered)] }),
      OPTIONS,
    ).verdict;
  expect(of(3, 0)).toBe('same');
  expect(of(0, 3)).toBe('same');
  expect(of(3, 3)).toBe('not-enough-data');
});

it('a segment of which no copy could be compared is not spoken for by others', () => {
  const all = (losses: readonly LossInput[]) => verdict(9_000, losses);
  for (const cause of ['no_answer', 'truncated'] as const) {
    const report = all([lost(40, cause, STAFF)]);
    expect(report.verdict).toBe('not-enough-data');
    expect(report.strata).toMatchObject([
      { segment: 'staff', verdict: 'not-enough-data', compared: 0, lost: { [cause]: 40 } },
      { reason: 'sample', verdict: 'same' },
    ]);
  }
  for (const cause of ['not_sent', 'not_comparable'] as const) {
    expect(all([lost(40, cause, STAFF)])).toMatchObject({ verdict: 'same', strata: [{ reason: 'sample' }] });
  }
});

it('what was lost on the way says nothing of the candidate', () => {
  const report = verdict(9_000, [lost(1_000, 'batch_lost'), lost(500, 'expired')]);
  expect(report).toMatchObject({ verdict: 'same', missing: 0, notes: [] });
});

import { describe, expect, it } from 'vitest';
import { reportEndpoints, reportVerdict } from './index.ts';
import type { FieldInput } from './inputs.ts';
import { cell, epoch, field, MIRROR, OPTIONS, START_MS } from './testing.ts';

/** A time that differs in most pairs, and in every third of one copy alone. */
const placedAt = (pairs: number) =>
  field('/placedAt', { both: Math.round(0.5 * pairs), candidateOnly: 0.17 * pairs, controlOnly: 0.17 * pairs });

const verdictOf = (pairs: number, fields: readonly FieldInput[], counts: Partial<ReturnType<typeof cell>>) =>
  reportVerdict(MIRROR, epoch([cell(pairs, fields, counts)]), OPTIONS);

describe('the mismatch rate', () => {
  const fields = [placedAt(1_000), field('/total', { candidateOnly: 60 })];
  /** Noise of the control has met the defects more often than it should have. */
  const unlucky = { candidateMismatched: 200, controlMismatched: 195, bothMismatched: 40 };

  it('is no less than the field that is different says', () => {
    const { verdict, mismatch, strata } = verdictOf(1_000, fields, unlucky);
    expect(verdict).toBe('different');
    expect(mismatch.rate).toBeCloseTo(0.06);
    expect(mismatch.low).toBeGreaterThan(0.04);
    expect(strata[0]!.mismatch).toEqual(mismatch);
    expect(reportEndpoints(epoch([cell(1_000, fields, unlucky)]), OPTIONS)[0]!.mismatch.rate).toBeCloseTo(0.06);
  });

  it('adds up the defects of endpoints, which share no pair', () => {
    const cells = ['GET /a', 'GET /b'].map((endpoint) => cell(1_000, fields, { ...unlucky, endpoint }));
    expect(reportVerdict(MIRROR, epoch(cells), OPTIONS).mismatch.rate).toBeCloseTo(0.06);
  });

  it('is of the pairs where noise hides nothing: two fields that differ in the same pairs count once', () => {
    const alike = [field('/total', { candidateOnly: 60 }), field('/tax', { candidateOnly: 60 })];
    expect(verdictOf(1_000, alike, {}).mismatch.rate).toBeCloseTo(0.06);
  });
});

describe('same', () => {
  const PAIRS = 200_000;

  it('is still reached by noise alone', () => {
    const counts = { candidateMismatched: 34_000, controlMismatched: 34_000, bothMismatched: 0 };
    expect(verdictOf(PAIRS, [placedAt(PAIRS)], counts).verdict).toBe('same');
  });

  it('is not reached by a defect within a noisy field that other noise cancels out', () => {
    const defect = field('/eta', { candidateOnly: 21_500, controlOnly: 20_000 });
    // Pairs say: no more than the control.
    const counts = { candidateMismatched: 40_000, controlMismatched: 40_000, bothMismatched: 10_000 };
    const report = verdictOf(PAIRS, [placedAt(PAIRS), defect], counts);
    expect(report.verdict).toBe('not-enough-data');
    expect(report.mismatch.high).toBeGreaterThan(1_500 / PAIRS);
    expect(report.missing).toBeNull();
  });

  const rare = (count: number, apartMs: number) =>
    Array.from({ length: count }, (_, index) => {
      const at = START_MS + index * apartMs;
      return field(`/rare${index}`, { candidateOnly: 1 }, { firstAtMs: at, lastAtMs: at });
    });
  const few = 3_000;
  const steady = field('/placedAt', { both: 2_000, candidateOnly: 2, controlOnly: 2 });
  const cancelled = { candidateMismatched: 32, controlMismatched: 32, bothMismatched: 30 };

  it('is not reached by single differences at many quiet fields that noise cancels out', () => {
    expect(verdictOf(few, [steady], { ...cancelled, bothMismatched: 31 }).verdict).toBe('same');
    expect(verdictOf(few, [steady, ...rare(30, 60_000)], cancelled).verdict).toBe('not-enough-data');
  });

  it('takes one failed answer for one pair, at however many fields it differs', () => {
    expect(verdictOf(few, [steady, ...rare(30, 0)], cancelled).verdict).toBe('same');
  });
});

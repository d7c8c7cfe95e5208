import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeStratum, type Outcome, summarise } from './judge-mirror.ts';

test('same takes enough pairs: 765 without a mismatch for a margin of 0.5%', () => {
  const at = (pairs: number) => judgeStratum({ pairs, candidateMismatched: 0, fields: [] });
  expect(at(765).outcome).toBe('same');
  expect(at(764)).toMatchObject({ outcome: 'not-enough-data', missingPairs: 1 });
  expect(at(0)).toMatchObject({ outcome: 'not-enough-data', missingPairs: 765 });
});

test('a field that is different decides, however few pairs there are', () => {
  expect(judgeStratum({ pairs: 20, candidateMismatched: 20, fields: ['same', 'different'] }).outcome).toBe('different');
  expect(judgeStratum({ pairs: 5_000, candidateMismatched: 0, fields: ['seen', 'noise'] }).outcome).toBe('same');
});

test('noise that strikes the control as often is no mismatch', () => {
  const evidence = { pairs: 20_000, candidateMismatched: 210, controlMismatched: 205, bothMismatched: 5, fields: [] };
  const verdict = judgeStratum(evidence);
  expect(verdict.outcome).toBe('same');
  expect(verdict.mismatch.rate).toBeCloseTo(5 / 20_000, 9);
});

test('a rate above the margin is never same, and no number of pairs helps', () => {
  const verdict = judgeStratum({ pairs: 10_000, candidateMismatched: 100, fields: ['seen'] });
  expect(verdict).toMatchObject({ outcome: 'not-enough-data', missingPairs: Number.POSITIVE_INFINITY });
});

test('after the missing pairs, at the same rate, the verdict is same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.nat(3), fc.nat(3), (pairs, candidate, control) => {
      fc.pre(candidate <= pairs && control <= pairs);
      const before = judgeStratum({ pairs, candidateMismatched: candidate, controlMismatched: control, fields: [] });
      if (before.outcome !== 'not-enough-data' || !Number.isFinite(before.missingPairs)) return;
      const factor = (pairs + before.missingPairs) / pairs;
      const after = judgeStratum({
        pairs: pairs + before.missingPairs,
        candidateMismatched: candidate * factor,
        controlMismatched: control * factor,
        fields: [],
      });
      expect(after.outcome).toBe('same');
    }),
  );
});

test('more mismatches never turn a verdict to same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 50, max: 5_000 }), fc.nat(40), fc.nat(40), (pairs, candidate, control) => {
      const at = (candidateMismatched: number) =>
        judgeStratum({ pairs, candidateMismatched, controlMismatched: control, fields: [] }, 0.01).outcome;
      if (at(candidate) !== 'same') expect(at(candidate + 1)).not.toBe('same');
    }),
  );
});

test('strata are never pooled: one that differs decides, one that lacks pairs is not covered by others', () => {
  const word = (...outcomes: Outcome[]) => summarise(outcomes);
  expect(word('same', 'same')).toBe('same');
  expect(word('same', 'not-enough-data')).toBe('not-enough-data');
  expect(word('not-enough-data', 'different', 'same')).toBe('different');
  expect(word()).toBe('not-enough-data');
});

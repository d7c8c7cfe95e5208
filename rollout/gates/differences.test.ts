import { describe, expect, it } from 'vitest';
import { type Evidence, evidenceSince, NO_COUNTS, type StratumCounts } from '../evidence.ts';
import { judgeDifferences } from './differences.ts';

const GATE = { atMost: 0.001, confidence: 0.95 };
const ALPHAS = { pass: 0.025, fail: 0.001 };
const judge = (counts: Partial<StratumCounts>) => judgeDifferences('sample', { ...NO_COUNTS, ...counts }, GATE, ALPHAS);

describe('noise in every sixth pair', () => {
  const noisy = { pairs: 10_000, candidateOnly: 1_750, controlOnly: 1_650 };

  it('hides a defect in one pair of a hundred from the sums', () => {
    expect(judge({ ...noisy, quiet: 0 })).toMatchObject({ outcome: 'not-enough-data', value: 0.01 });
    expect(judge(noisy).low).toBeLessThan(0.001);
  });

  it('but not at a field that is never noisy', () => {
    const found = judge({ ...noisy, quiet: 98 });
    expect(found).toMatchObject({ outcome: 'fail', value: 0.0098 });
    expect(found.low).toBeGreaterThan(0.005);
    // What else there may be is as unknown as before.
    expect(found.high).toBe(judge({ ...noisy, quiet: 0 }).high);
  });

  it('lets nothing pass that the sums do not', () => {
    expect(judge({ pairs: 10_000, candidateOnly: 300, controlOnly: 300, quiet: 0 }).outcome).toBe('not-enough-data');
    expect(judge({ pairs: 10_000, candidateOnly: 1, controlOnly: 1, quiet: 1 }).outcome).toBe('pass');
  });
});

it('counts of such pairs are of the step, as all others are', () => {
  const at = (candidateOnly: number, quiet: number): Evidence => ({
    basis: '',
    epoch: 1,
    strata: { sample: { ...NO_COUNTS, pairs: 10 * candidateOnly, candidateOnly, controlOnly: 0, quiet } },
    findings: [],
  });
  expect(evidenceSince(at(30, 12), at(10, 7))).toMatchObject({ strata: { sample: { candidateOnly: 20, quiet: 5 } } });
  expect(evidenceSince(at(30, 5), at(10, 7))).toBe('begin-again');
  // They are among all that differ.
  expect(evidenceSince(at(13, 12), at(10, 7))).toBe('begin-again');
});

/** The bounds against exact values, and their promise: at all looks together they are wrong no more often than stated. */
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../bench/support/index.ts';
import { cellOf, differenceBounds, edgeMs, pairedBounds, quantileBounds, shareBounds } from './index.ts';
import { logMixtureLikelihood } from './mixture.ts';
import { mostLikely } from './paired-bounds.ts';

const RUNS = 250;
const OPTIONS = { lowAlpha: 0.025, highAlpha: 0.025, aroundRate: 0.01 };
/** Looks come ever more rarely, as the bounds change ever more slowly; the first ones are the dangerous ones. */
const LOOKS = Array.from({ length: 30 }, (_, look) => Math.round(20 * 1.2 ** look));

/** The largest number of wrong runs that luck explains with a probability of 99.9%, when 5% of all are wrong. */
const MOST_WRONG = 25;

describe('mixture', () => {
  test('of one Dirichlet is the beta-binomial of a sequence', () => {
    // Uniform prior: a sequence with 2 of 3 has the probability B(3, 2) = 1/12.
    expect(logMixtureLikelihood([2, 1], [{ weight: 1, concentrations: [1, 1] }])).toBeCloseTo(Math.log(1 / 12), 12);
    expect(logMixtureLikelihood([0, 0], [{ weight: 1, concentrations: [1, 1] }])).toBeCloseTo(0, 12);
  });
});

describe('most likely distribution with a difference', () => {
  test('is the best of a fine grid', () => {
    const counts = { pairs: 200, candidateOnly: 13, controlOnly: 5 };
    for (const difference of [-0.05, -0.01, 0, 0.02, 0.04, 0.1, 0.5]) {
      let best = Number.NEGATIVE_INFINITY;
      for (let p = 0.000_05; p < 1; p += 0.000_05) {
        const b = p + difference;
        const rest = 1 - b - p;
        if (b <= 0 || rest <= 0) continue;
        best = Math.max(best, 13 * Math.log(b) + 5 * Math.log(p) + 182 * Math.log(rest));
      }
      expect(mostLikely(counts, difference)).toBeCloseTo(best, 3);
      expect(mostLikely(counts, difference)).toBeGreaterThanOrEqual(best - 1e-9);
    }
  });

  test('without anything that differs', () => {
    expect(mostLikely({ pairs: 10, candidateOnly: 0, controlOnly: 0 }, 0)).toBeCloseTo(0, 12);
    expect(mostLikely({ pairs: 10, candidateOnly: 0, controlOnly: 0 }, 0.1)).toBeCloseTo(10 * Math.log(0.9), 12);
  });
});

describe('bounds of a share', () => {
  test('know nothing without trials, and hold the share', () => {
    expect(shareBounds({ hits: 0, trials: 0 }, OPTIONS)).toEqual({ rate: 0, low: 0, high: 1 });
    const { rate, low, high } = shareBounds({ hits: 30, trials: 1000 }, OPTIONS);
    expect(rate).toBe(0.03);
    expect(low).toBeGreaterThan(0.01);
    expect(low).toBeLessThan(0.03);
    expect(high).toBeGreaterThan(0.03);
    expect(high).toBeLessThan(0.06);
  });

  test('mirror each other', () => {
    const options = { lowAlpha: 0.01, highAlpha: 0.01, aroundRate: 1 };
    expect(shareBounds({ hits: 1, trials: 1 }, options).high).toBe(1);
    expect(shareBounds({ hits: 0, trials: 50 }, options).low).toBe(0);
  });

  test('4,657 clean pairs show 0.1% at 95%, at whatever look; a single look of fixed size takes 3,838', () => {
    const around = { ...OPTIONS, aroundRate: 0.001 };
    expect(shareBounds({ hits: 0, trials: 4_657 }, around).high).toBeLessThanOrEqual(0.001);
    expect(shareBounds({ hits: 0, trials: 4_656 }, around).high).toBeGreaterThan(0.001);
    expect(pairedBounds({ pairs: 4_657, candidateOnly: 0, controlOnly: 0 }, around).high).toBeLessThanOrEqual(0.001);
  });

  test.each([0.001, 0.01, 0.2])('of %d are wrong at any of 30 looks in at most 5%% of runs', (rate) => {
    const random = seededRandom(7);
    let wrong = 0;
    for (let run = 0; run < RUNS; run += 1) {
      let [hits, trials] = [0, 0];
      for (const look of LOOKS) {
        for (; trials < look; trials += 1) hits += random() < rate ? 1 : 0;
        const { low, high } = shareBounds({ hits, trials }, OPTIONS);
        if (rate >= low && rate <= high) continue;
        wrong += 1;
        break;
      }
    }
    expect(wrong).toBeLessThan(MOST_WRONG);
  });
});

describe('bounds of paired counts', () => {
  test('nothing is known without pairs; equal counts hold 0; noise on both sides widens', () => {
    expect(pairedBounds({ pairs: 0, candidateOnly: 0, controlOnly: 0 }, OPTIONS)).toEqual({
      rate: 0,
      low: -1,
      high: 1,
    });
    const width = (each: number) => {
      const { low, high } = pairedBounds({ pairs: 5_000, candidateOnly: each, controlOnly: each }, OPTIONS);
      expect(low).toBeLessThan(0);
      expect(high).toBeGreaterThan(0);
      return high - low;
    };
    expect(width(200)).toBeGreaterThan(width(20));
  });

  test('change places with the arms', () => {
    const options = { ...OPTIONS, aroundRate: 0.002 };
    const one = pairedBounds({ pairs: 4_000, candidateOnly: 90, controlOnly: 12 }, options);
    const other = pairedBounds({ pairs: 4_000, candidateOnly: 12, controlOnly: 90 }, options);
    expect(one.rate).toBeCloseTo(-other.rate, 12);
    expect(one.low).toBeGreaterThan(0.008);
    expect(other.high).toBeLessThan(-0.008);
  });

  test.each([
    [0.02, 0.02],
    [0.03, 0.02],
    [0.002, 0.001],
  ])('with %d and %d are wrong at any look in at most 5%% of runs', (candidate, control) => {
    const random = seededRandom(11);
    const truth = candidate - control;
    let wrong = 0;
    for (let run = 0; run < RUNS; run += 1) {
      let [pairs, candidateOnly, controlOnly] = [0, 0, 0];
      for (const look of LOOKS) {
        for (; pairs < look; pairs += 1) {
          const u = random();
          if (u < candidate) candidateOnly += 1;
          else if (u < candidate + control) controlOnly += 1;
        }
        const { low, high } = pairedBounds({ pairs, candidateOnly, controlOnly }, OPTIONS);
        if (truth >= low && truth <= high) continue;
        wrong += 1;
        break;
      }
    }
    expect(wrong).toBeLessThan(MOST_WRONG);
  });
});

test('the difference of two shares holds the truth, and is wide while one of them is unknown', () => {
  const around = { ...OPTIONS, aroundRate: 0.002 };
  const { rate, low, high } = differenceBounds({ hits: 50, trials: 10_000 }, { hits: 10, trials: 10_000 }, around);
  expect(rate).toBeCloseTo(0.004, 12);
  expect(low).toBeGreaterThan(0);
  expect(high).toBeLessThan(0.01);
  expect(differenceBounds({ hits: 0, trials: 0 }, { hits: 0, trials: 10 }, OPTIONS)).toMatchObject({ high: 1 });
});

describe('bounds of a quantile', () => {
  const options = { quantile: 0.99, lowAlpha: 0.025, highAlpha: 0.025, expectedValues: 2_000 };

  test('cells: neighbours are 1% apart, and a value lies in its own', () => {
    for (const ms of [0.011, 1, 7.3, 250, 60_000]) {
      expect(edgeMs(cellOf(ms))).toBeLessThanOrEqual(ms * 1.000_001);
      expect(edgeMs(cellOf(ms) + 1)).toBeGreaterThan(ms * 0.999_999);
    }
    expect(cellOf(0)).toBe(0);
    expect(edgeMs(101) / edgeMs(100)).toBeCloseTo(1.01, 10);
  });

  test('with few values the upper end is unknown', () => {
    expect(quantileBounds(new Map(), options)).toEqual({ rate: 0, low: 0, high: Number.POSITIVE_INFINITY });
    expect(quantileBounds(new Map([[500, 100]]), options).high).toBe(Number.POSITIVE_INFINITY);
    expect(quantileBounds(new Map([[500, 5_000]]), options)).toMatchObject({ low: edgeMs(500), high: edgeMs(501) });
  });

  test('are wrong at any look in at most 5% of runs', () => {
    const random = seededRandom(13);
    const trueMs = -Math.log(0.01) * 20;
    let wrong = 0;
    for (let run = 0; run < 100; run += 1) {
      const cells = new Map<number, number>();
      let values = 0;
      for (const look of LOOKS) {
        for (; values < look; values += 1) {
          const cell = cellOf(-Math.log(1 - random()) * 20);
          cells.set(cell, (cells.get(cell) ?? 0) + 1);
        }
        const { low, high } = quantileBounds(cells, options);
        if (trueMs >= low && trueMs <= high) continue;
        wrong += 1;
        break;
      }
    }
    // 99.9% of the time luck leaves at most 12 of 100 wrong.
    expect(wrong).toBeLessThan(13);
  });
});

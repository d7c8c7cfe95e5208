import { expect, test } from 'vitest';
import { CANDIDATE, CONTROL } from './noise.ts';
import { STRATA } from './parameters.ts';
import { generateStrata, type StrataPlan, strataPlans } from './strata-corpus.ts';
import { scoreStrata } from './strata-score.ts';

const PLAN: StrataPlan = { seed: 7, pairs: 2_500, defectRate: 0.1, noise: 'noisier' };
const many = (change: Partial<StrataPlan>) =>
  Array.from({ length: 40 }, (_, seed) => generateStrata({ ...PLAN, ...change, seed }));

test('a seed gives the same corpora again, with every size, rate and sort of noise', () => {
  expect(generateStrata(PLAN)).toEqual(generateStrata(PLAN));
  expect(generateStrata({ ...PLAN, seed: 8 })).not.toEqual(generateStrata(PLAN));
  const all = strataPlans(3);
  expect(new Set([...all, ...strataPlans(4)].map(({ seed }) => seed)).size).toBe(2 * all.length);
  expect(new Set(all.map(({ pairs, noise, defectRate }) => `${pairs} ${noise} ${defectRate}`)).size).toBe(36);
});

test('each pair belongs to one of the strata, and all have some', () => {
  for (const { stratumOf } of many({})) {
    expect(stratumOf).toHaveLength(PLAN.pairs);
    expect(new Set(stratumOf).size).toBe(STRATA.count);
  }
});

test('defects show in the candidate alone: some in all strata, some in one or two', () => {
  const counts = many({}).flatMap(({ series, stratumOf }) =>
    series
      .filter(({ defect, behaviour }) => defect && behaviour === 'steady')
      .map(({ marks }) => {
        expect(marks.every((mark) => (mark & CONTROL) === 0)).toBe(true);
        return new Set([...stratumOf].filter((_, pair) => (marks[pair]! & CANDIDATE) !== 0)).size;
      }),
  );
  expect(counts.filter((count) => count === STRATA.count).length).toBeGreaterThan(10);
  expect(counts.filter((count) => count <= STRATA.defectStrata.max).length).toBeGreaterThan(10);
});

test('without defects none is planted, and noise strikes candidate and control alike', () => {
  const series = many({ defectRate: 0 }).flatMap((corpus) => corpus.series);
  expect(series.some(({ defect }) => defect)).toBe(false);
  const total = (bit: number) => series.reduce((sum, { marks }) => sum + marks.filter((mark) => mark & bit).length, 0);
  expect(total(CANDIDATE) / total(CONTROL)).toBeGreaterThan(0.95);
  expect(total(CANDIDATE) / total(CONTROL)).toBeLessThan(1.05);
});

test('a frequent defect on a quiet field is found, wherever it shows', () => {
  for (const corpus of many({})) {
    const { series } = scoreStrata(corpus);
    corpus.series.forEach(({ behaviour, defect }, index) => {
      if (!defect || behaviour !== 'steady') return;
      expect(series[index]).toMatchObject({ visible: true, level: 'different', diffy: true });
    });
  }
});

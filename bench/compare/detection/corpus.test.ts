import { expect, test } from 'vitest';
import { generate, type Plan, plans } from './corpus.ts';
import { CANDIDATE, CONTROL } from './noise.ts';
import { FIELDS } from './parameters.ts';

const PLAN: Plan = { seed: 7, pairs: 2_000, control: true, defectRate: 0.01 };

function share(marks: Uint8Array, bit: number): number {
  return marks.reduce((sum, mark) => sum + ((mark & bit) === 0 ? 0 : 1), 0) / marks.length;
}

function many(change: Partial<Plan>) {
  return Array.from({ length: 60 }, (_, seed) => generate({ ...PLAN, ...change, seed })).flatMap(
    ({ series }) => series,
  );
}

test('a seed gives the same corpora again, another seed gives others', () => {
  expect(generate(PLAN)).toEqual(generate(PLAN));
  expect(generate({ ...PLAN, seed: 8 })).not.toEqual(generate(PLAN));
  expect(plans(3)).toEqual(plans(3));
  expect(new Set([...plans(3), ...plans(4)].map(({ seed }) => seed)).size).toBe(2 * plans(3).length);
});

test('the corpora of a seed cover every rate and size, with and without control', () => {
  const defective = plans(1).filter(({ defectRate }) => defectRate > 0);
  expect(new Set(defective.map(({ pairs, control, defectRate }) => `${pairs} ${control} ${defectRate}`)).size).toBe(40);
  expect(plans(1).filter(({ defectRate, control }) => defectRate === 0 && control)).toHaveLength(100);
});

test('a defect shows in the candidate at about its rate, never in the control', () => {
  const planted = many({ defectRate: 0.1 }).filter(({ defect, behaviour }) => defect && behaviour === 'steady');
  expect(planted.length).toBeGreaterThan(60);
  expect(planted.every(({ marks }) => share(marks, CONTROL) === 0)).toBe(true);
  const mean = planted.reduce((sum, { marks }) => sum + share(marks, CANDIDATE), 0) / planted.length;
  expect(mean).toBeGreaterThan(0.08);
  expect(mean).toBeLessThan(0.105);
});

test('without defect nothing is planted, steady fields never differ, and noise strikes candidate and control alike', () => {
  const innocent = many({ defectRate: 0 });
  expect(innocent.some(({ defect }) => defect)).toBe(false);
  const steady = innocent.filter(({ behaviour }) => behaviour === 'steady');
  expect(steady.every(({ marks }) => marks.every((mark) => mark === 0))).toBe(true);
  for (const behaviour of ['always', 'sometimes', 'rare', 'burst']) {
    const noisy = innocent.filter((series) => series.behaviour === behaviour);
    const total = (bit: number) => noisy.reduce((sum, { marks }) => sum + share(marks, bit), 0);
    expect(total(CANDIDATE) / total(CONTROL)).toBeGreaterThan(0.8);
    expect(total(CANDIDATE) / total(CONTROL)).toBeLessThan(1.25);
  }
});

test('without control nothing of a control is known', () => {
  expect(many({ control: false }).every(({ marks }) => share(marks, CONTROL) === 0)).toBe(true);
});

test('the number of fields stays within its range', () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const fields = new Set(generate({ ...PLAN, seed }).series.map(({ field }) => field)).size;
    expect(fields).toBeGreaterThanOrEqual(FIELDS.min);
    expect(fields).toBeLessThanOrEqual(FIELDS.max);
  }
});

import { expect, test } from 'vitest';
import { normalQuantile, normalUpperTail } from './normal.ts';

test('known quantiles', () => {
  expect(normalQuantile(0.5)).toBeCloseTo(0, 9);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959_963_984_540_054, 9);
  expect(normalQuantile(0.995)).toBeCloseTo(2.575_829_303_548_901, 9);
});

test('known tails, near and far', () => {
  expect(normalUpperTail(1)).toBeCloseTo(0.158_655_253_931_457, 12);
  expect(normalUpperTail(-1)).toBeCloseTo(0.841_344_746_068_543, 12);
  expect(normalUpperTail(3)).toBeCloseTo(0.001_349_898_031_63, 12);
  expect(normalUpperTail(8) / 6.220_960_574_271_8e-16).toBeCloseTo(1, 9);
});

test('series and fraction meet', () => {
  expect(normalUpperTail(2 - 1e-9)).toBeCloseTo(normalUpperTail(2 + 1e-9), 9);
});

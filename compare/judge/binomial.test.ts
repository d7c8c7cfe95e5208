import { expect, test } from 'vitest';
import { binomialUpperTail, incompleteBeta, logGamma } from './binomial.ts';

test('log gamma: factorials and a half', () => {
  expect(logGamma(1)).toBeCloseTo(0, 12);
  expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 10);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
});

test('incomplete beta: closed forms', () => {
  expect(incompleteBeta(0.3, 1, 1)).toBeCloseTo(0.3, 12);
  expect(incompleteBeta(0.3, 4, 1)).toBeCloseTo(0.3 ** 4, 12);
  expect(incompleteBeta(0.3, 1, 4)).toBeCloseTo(1 - 0.7 ** 4, 12);
});

test('binomial tails equal their sums', () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
  for (const [successes, trials, probability] of [
    [1, 1, 0.5],
    [8, 9, 0.5],
    [3, 20, 0.1],
    [18, 20, 0.9],
  ] as const) {
    let sum = 0;
    for (let k = successes; k <= trials; k += 1)
      sum += choose(trials, k) * probability ** k * (1 - probability) ** (trials - k);
    expect(binomialUpperTail(successes, trials, probability)).toBeCloseTo(sum, 12);
  }
  expect(binomialUpperTail(0, 5, 0.5)).toBe(1);
  expect(binomialUpperTail(6, 5, 0.5)).toBe(0);
  expect(binomialUpperTail(30, 30, 0.5) * 2 ** 30).toBeCloseTo(1, 9);
});

test('large counts: median and symmetry', () => {
  expect(binomialUpperTail(500_001, 1_000_001, 0.5)).toBeCloseTo(0.5, 8);
  expect(binomialUpperTail(50_500, 100_000, 0.5)).toBeCloseTo(0.000_793, 5);
});

import { describe, expect, test } from 'vitest';
import { binomialBounds, shareProblem } from './binomial.ts';

/** P(X <= k) for share = numerator / denominator in whole numbers: an independent, exact calculation. */
function exactCumulative(trials: number, k: number, numerator: number, denominator: number): number {
  const [hit, miss] = [BigInt(numerator), BigInt(denominator - numerator)];
  let choose = 1n;
  let sum = 0n;
  for (let i = 0; i <= k; i++) {
    sum += choose * hit ** BigInt(i) * miss ** BigInt(trials - i);
    choose = (choose * BigInt(trials - i)) / BigInt(i + 1);
  }
  const scale = 10n ** 18n;
  return Number((sum * scale) / BigInt(denominator) ** BigInt(trials)) / 1e18;
}

describe('binomialBounds', () => {
  test.each([
    [10, 1, 2],
    [200, 1, 20],
    [500, 1, 2],
    [300, 3, 4],
    [400, 1, 1000],
  ])('%i trials at %i/%i: tails are at most 0.05%% each, and one step narrower they are not', (trials, top, bottom) => {
    const { low, high } = binomialBounds(trials, top / bottom, 0.999);
    const below = (k: number) => (k <= 0 ? 0 : exactCumulative(trials, k - 1, top, bottom));
    expect(below(low)).toBeLessThanOrEqual(0.0005);
    expect(below(low + 1)).toBeGreaterThan(0.0005);
    expect(1 - below(high + 1)).toBeLessThanOrEqual(0.0005);
    expect(1 - below(high)).toBeGreaterThan(0.0005);
  });

  test('a share of nothing and a share of everything leave no room', () => {
    expect(binomialBounds(10_000, 0)).toEqual({ low: 0, high: 0 });
    expect(binomialBounds(10_000, 1)).toEqual({ low: 10_000, high: 10_000 });
  });

  test('large counts do not underflow', () => {
    const { low, high } = binomialBounds(10_000, 0.5, 0.999);
    expect([low, high]).toEqual([4835, 5165]);
  });
});

test('shareProblem names counts outside of the bounds only', () => {
  expect(shareProblem(5000, 10_000, 0.5)).toBeUndefined();
  expect(shareProblem(5300, 10_000, 0.5)).toContain('4755..5245');
  expect(shareProblem(1, 10_000, 0)).toContain('0..0');
});

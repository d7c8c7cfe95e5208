import { expect, test } from 'vitest';
import { LatencyHistogram } from './latency.ts';

test('quantiles are at most 5% above the true ones', () => {
  const histogram = new LatencyHistogram();
  for (let ms = 1; ms <= 1000; ms++) histogram.add(ms);
  for (const [quantile, trueMs] of [
    [0.5, 500],
    [0.95, 950],
    [0.99, 990],
  ] as const) {
    expect(histogram.quantileMs(quantile)).toBeGreaterThanOrEqual(trueMs * 0.999);
    expect(histogram.quantileMs(quantile)).toBeLessThanOrEqual(trueMs * 1.051);
  }
});

test('nothing added is 0, and what lies outside the range counts at its edges', () => {
  const histogram = new LatencyHistogram();
  expect(histogram.quantileMs(0.5)).toBe(0);
  histogram.add(0);
  expect(histogram.quantileMs(0.5)).toBe(0.05);
  histogram.add(1e9);
  expect(histogram.quantileMs(1)).toBeGreaterThan(60_000);
});

import { expect, test } from 'vitest';
import { shareDifference } from './newcombe.ts';

test('the examples of Newcombe 1998 (difference of proportions, method 10)', () => {
  for (const [a, m, b, n, low, high] of [
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 10, -0.2775, 0.2775],
  ] as const) {
    const interval = shareDifference({ hits: b, trials: n }, { hits: a, trials: m }, 0.95);
    expect(interval.rate).toBeCloseTo(a / m - b / n, 12);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  }
});

import { describe, expect, it } from 'vitest';
import { logScale, sharePosition } from './scale.ts';

describe('the axis of shares', () => {
  it.each([
    [0, 0],
    [0.0001, 0],
    [0.001, 25],
    [0.01, 50],
    [0.1, 75],
    [1, 100],
  ])('puts %d at %d%%', (share, position) => expect(sharePosition(share)).toBeCloseTo(position));
});

describe('a logarithmic axis', () => {
  it('begins at the step below the least value and ends at the greatest', () => {
    const { position, ticks } = logScale([12, 350, 0]);
    expect(position(10)).toBe(0);
    expect(position(350)).toBeCloseTo(100);
    expect(position(3)).toBe(0);
    expect(ticks).toEqual([10, 20, 50, 100, 200]);
  });

  it('spans at least a decade, and shows only decades where there are many', () => {
    expect(logScale([2.4]).ticks).toEqual([2, 5, 10, 20]);
    expect(logScale([0.3, 4_000]).ticks.map((tick) => Number(tick.toPrecision(3)))).toEqual([1, 10, 100, 1000]);
    expect(logScale([]).ticks).toEqual([1, 2, 5, 10]);
  });
});

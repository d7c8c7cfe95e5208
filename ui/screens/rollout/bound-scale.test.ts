import { expect, it } from 'vitest';
import { BOUND_AT, boundScale } from './bound-scale.ts';

it.each([
  [0.001, false],
  [0.1, true],
  [0, false],
])('keeps the order of values and the line in its place: %s', (atMost, isSigned) => {
  const { position } = boundScale(atMost, isSigned);
  const values = [-2, -0.05, 0, 0.0001, 0.0005, 0.001, 0.01, 0.1, 0.5, 2, 1e9];
  const positions = values.map(position);
  expect(positions).toEqual(positions.toSorted((one, other) => one - other));
  expect(positions[0]).toBe(0);
  expect(positions.at(-1)).toBe(100);
  if (atMost > 0) expect(position(atMost)).toBe(BOUND_AT);
});

it('shows what is better than the primary only where it can be', () => {
  expect(boundScale(0.1, true)).toMatchObject({ zeroAt: 30 });
  expect(boundScale(0.1, true).position(-0.05)).toBe(15);
  expect(boundScale(0.1, false).position(-0.05)).toBe(0);
});

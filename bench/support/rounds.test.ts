import { expect, test } from 'vitest';
import { nextEnvoy } from './rounds.ts';

test.each([
  [10, 4, [1, 4, 7, 10]],
  [8, 2, [1, 5]],
  [3, 8, [1, 2, 3]],
])('%i rounds over %i Envoys begin at these', (rounds, envoys, expected) => {
  const firsts: number[] = [];
  for (let first = 1; first <= rounds; first = nextEnvoy(first, { rounds, envoys })) firsts.push(first);
  expect(firsts).toEqual(expected);
});

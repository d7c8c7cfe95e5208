import { expect, test } from 'vitest';
import { diffyFlags } from './diffy-rule.ts';

const flags = (candidateOnly: number, controlOnly: number, both: number, pairs: number) =>
  diffyFlags({ candidateOnly, controlOnly, both }, pairs);

test('more raw differences than noise, by more than a fifth of both together', () => {
  expect(flags(151, 100, 0, 1_000)).toBe(true);
  expect(flags(150, 100, 0, 1_000)).toBe(false);
  expect(flags(100, 151, 0, 1_000)).toBe(false);
});

test('what differs on both sides counts on both', () => {
  expect(flags(3, 1, 1, 1_000)).toBe(true);
  expect(flags(3, 1, 10, 1_000)).toBe(false);
});

test('by more than 0.03% of all pairs: a known weak spot, one difference in one pair passes', () => {
  expect(flags(1, 0, 0, 1)).toBe(true);
  expect(flags(3, 0, 0, 10_000)).toBe(false);
  expect(flags(4, 0, 0, 10_000)).toBe(true);
});

import { expect, test } from 'vitest';
import { flipTimes } from './flip.ts';

const probe = (sentAtMs: number, answeredAtMs: number, copied: boolean) => ({ sentAtMs, answeredAtMs, copied });

test('first is the earliest answer that follows, all the earliest after the last that does not', () => {
  const probes = [
    probe(0, 1, false),
    probe(10, 13, false),
    probe(11, 12, true),
    probe(14, 15, false),
    probe(16, 18, true),
  ];
  expect(flipTimes(probes, 8, true)).toEqual({ firstMs: 4, allMs: 10 });
});

test('works in both directions and in any order', () => {
  const probes = [probe(9, 11, false), probe(3, 4, true), probe(5, 7, true)];
  expect(flipTimes(probes, 5, false)).toEqual({ firstMs: 6, allMs: 6 });
});

test('refuses what cannot be a measurement', () => {
  expect(() => flipTimes([probe(0, 1, false)], 0, true)).toThrow('no request followed');
  expect(() => flipTimes([probe(1, 2, true), probe(3, 4, false)], 0, true)).toThrow('no request followed');
  expect(() => flipTimes([probe(0, 1, true), probe(6, 7, true)], 5, true)).toThrow('before it was asked for');
});

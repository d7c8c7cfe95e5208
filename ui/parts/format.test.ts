import { expect, it } from 'vitest';
import { ago, count, duration, milliseconds, percent, plural, pValue, shortCount } from './format.ts';

it.each([
  [0, '0%'],
  [1, '100%'],
  [0.9996, '100%'],
  [0.123, '12%'],
  [0.0123, '1.2%'],
  [0.02, '2%'],
  [0.00123, '0.12%'],
  [0.000123, '0.012%'],
  [0.000001, '<0.001%'],
])('writes the share %d as %s', (share, text) => expect(percent(share)).toBe(text));

it.each([
  [0.5, '0.5 ms'],
  [9.96, '10 ms'],
  [250, '250 ms'],
  [-3.25, '-3.3 ms'],
  [1_250, '1.3 s'],
  [61_000, '61 s'],
])('writes %d ms as %s', (ms, text) => expect(milliseconds(ms)).toBe(text));

it.each([
  [400, '0 s'],
  [40_000, '40 s'],
  [80_000, '80 s'],
  [3_600_000, '1 h'],
  [200_000_000, '2 d'],
])('writes the duration %d as %s', (ms, text) => expect(duration(ms)).toBe(text));

it('writes counts and what is counted', () => {
  expect(count(1234567)).toBe('1,234,567');
  expect(shortCount(12_345)).toBe('12.3K');
  expect([plural(1, 'pair'), plural(2, 'pair'), plural(0, 'reply', 'replies')]).toEqual([
    '1 pair',
    '2 pairs',
    '0 replies',
  ]);
});

it('writes times by their distance', () => {
  const nowMs = Date.parse('2026-11-21T12:00:00Z');
  expect(ago('2026-11-21T11:59:58Z', nowMs)).toBe('just now');
  expect(ago('2026-11-21T11:20:00Z', nowMs)).toBe('40 min ago');
});

it('writes p-values without false precision', () => {
  expect([pValue(1), pValue(0.0312), pValue(0.00004), pValue(1e-12)]).toEqual(['1', '0.031', '4e-5', '< 1e-9']);
});

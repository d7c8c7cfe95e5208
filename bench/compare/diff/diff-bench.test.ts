import { describe, expect, test } from 'vitest';
import { CHANGES, type Change, makePair, SIZES, type Size } from './corpus.ts';
import { ENGINES, OURS } from './engines.ts';
import type { Cell } from './measure.ts';
import { figures } from './report.ts';

const changes = Object.keys(CHANGES) as Change[];

describe('corpus', () => {
  test('the same seed gives the same pair, another seed another; bodies have their size', () => {
    for (const size of ['1 KB', '32 KB'] as Size[]) {
      for (const change of changes) {
        expect(makePair(size, change, 5)).toEqual(makePair(size, change, 5));
        expect(makePair(size, change, 5)).not.toEqual(makePair(size, change, 6));
        const { length } = makePair(size, change, 5).primary;
        expect(length / SIZES[size]).toBeGreaterThan(0.95);
        expect(length / SIZES[size]).toBeLessThan(2);
      }
    }
  });

  test.each(changes)('%s is what all engines find, from values and from bytes', (change) => {
    const { primary, candidate } = makePair('32 KB', change, 3);
    const differs = change !== 'equal' && change !== 'other key order';
    for (const engine of ENGINES) {
      expect(engine.count(JSON.parse(primary), JSON.parse(candidate)) > 0).toBe(differs);
    }
    const ours = ENGINES.find(({ name }) => name === OURS)!;
    const { differences } = ours.fromBytes(Buffer.from(primary), Buffer.from(candidate)) as { differences: object[] };
    expect(differences.length > 0).toBe(differs);
  });
});

test('the ratio is that of the faster peer, and the aim is judged by it', () => {
  const cell = (mode: Cell['mode'], size: Size, ours: number): Cell => ({
    size,
    change: 'equal',
    mode,
    microseconds: new Map([
      [OURS, ours],
      ['a', 30],
      ['b', 60],
    ]),
    differences: new Map(),
  });
  const sizes = Object.keys(SIZES) as Size[];
  const text = figures([
    ...sizes.map((size) => cell('parsed', size, 5)),
    ...sizes.map((size) => cell('bytes', size, 20)),
  ]);
  expect(text).toMatch(/1 KB .*6\.0 x \| +met/);
  expect(text).toMatch(/1 KB .*1\.5 x \| +missed/);
});

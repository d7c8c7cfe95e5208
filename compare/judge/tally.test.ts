import { expect, test } from 'vitest';
import { countDifference, emptyTally, spellsAmong, stretchOf } from './tally.ts';

test('counts what differs where', () => {
  const tally = emptyTally();
  countDifference(tally, 0, true, true);
  countDifference(tally, 40, true, false);
  countDifference(tally, 80, false, true);
  countDifference(tally, 120, false, true);
  countDifference(tally, 160, false, false);
  expect(tally).toMatchObject({ candidateOnly: 1, controlOnly: 2, both: 1, candidateSpells: 1, controlSpells: 2 });
});

test('differences in one stretch are one spell, for the side that leads', () => {
  const tally = emptyTally();
  const from = 10_000;
  expect(stretchOf(from + 5)).toBe(stretchOf(from));
  for (let index = 0; index < 3; index += 1) countDifference(tally, from + index, true, false);
  expect(tally).toMatchObject({ candidateSpells: 1, controlSpells: 0 });
  for (let index = 3; index < 6; index += 1) countDifference(tally, from + index, false, true);
  expect(tally).toMatchObject({ candidateSpells: 0, controlSpells: 0 });
  countDifference(tally, from + 6, false, true);
  expect(tally).toMatchObject({ candidateOnly: 3, controlOnly: 4, candidateSpells: 0, controlSpells: 1 });
});

test('few pairs make several stretches, many pairs make long ones', () => {
  expect(stretchOf(20)).toBe(6);
  expect(stretchOf(10_000)).toBe(150);
});

test('spells of the first pairs weigh no more than later ones, once there are many more pairs', () => {
  const first = emptyTally();
  for (let index = 0; index < 20; index += 1) countDifference(first, index, true, false);
  expect(first.candidateSpells).toBe(7);
  expect(spellsAmong(20, first)).toBe(7);
  expect(spellsAmong(20_000, first)).toBe(1);
});

test('spells over all pairs are all kept, and so are those of which the place of the last is not known', () => {
  for (const pairs of [20, 500, 50_000]) {
    const tally = emptyTally();
    for (let index = 0; index < 12; index += 1)
      countDifference(tally, Math.round(((index + 1) * pairs) / 12) - 1, true, false);
    expect(spellsAmong(pairs, tally)).toBe(tally.candidateSpells);
    expect(spellsAmong(pairs, { ...tally, lastStretch: -1 })).toBe(tally.candidateSpells);
  }
});

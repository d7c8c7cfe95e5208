import { expect, it } from 'vitest';
import { BEYOND, QuietSets } from './quiet-pairs.ts';

const all = () => true;

it('counts pairs by the set of their fields, and in how many of them the control differs', () => {
  const sets = new QuietSets();
  sets.count(['value /total'], false, all);
  sets.count(['value /total', 'value /tax'], true, all);
  sets.count(['value /total'], true, all);
  expect(sets.list()).toEqual([
    { fields: ['value /total'], pairs: 2, controlDiffers: 1 },
    { fields: ['value /total', 'value /tax'], pairs: 1, controlDiffers: 1 },
  ]);
});

it('is bounded: beyond, sets that have turned noisy go, and then pairs count as of unknown fields', () => {
  const sets = new QuietSets();
  const noisy = new Set<string>();
  const isQuiet = (field: string) => !noisy.has(field);
  for (let index = 0; index < 63; index += 1) sets.count([`value /${index}`], false, isQuiet);
  for (let index = 0; index < 5; index += 1) sets.count([`value /beyond${index}`], index === 0, isQuiet);
  expect(sets.list()).toHaveLength(64);
  expect(sets.list().at(-1)).toEqual({ fields: [BEYOND], pairs: 5, controlDiffers: 1 });
  for (let index = 0; index < 10; index += 1) noisy.add(`value /${index}`);
  sets.count(['value /late'], false, isQuiet);
  expect(sets.list()).toHaveLength(55);
  expect(sets.list().at(-1)).toEqual({ fields: ['value /late'], pairs: 1, controlDiffers: 0 });
});

it('one answer that fails at all of its fields is one set of a few', () => {
  const sets = new QuietSets();
  const fields = Array.from({ length: 500 }, (_, index) => `missing /${index}`);
  sets.count(fields, false, all);
  sets.count(fields, false, all);
  expect(sets.list()).toEqual([{ fields: fields.slice(0, 16), pairs: 2, controlDiffers: 0 }]);
});

it('adds up the sets of another endpoint', () => {
  const [one, other] = [new QuietSets(), new QuietSets()];
  one.count(['value /a'], true, all);
  other.count(['value /a'], true, all);
  other.count(['value /b'], false, all);
  one.absorb(other, all);
  expect(one.list().map(({ fields, pairs, controlDiffers }) => [...fields, pairs, controlDiffers])).toEqual([
    ['value /a', 2, 2],
    ['value /b', 1, 0],
  ]);
});

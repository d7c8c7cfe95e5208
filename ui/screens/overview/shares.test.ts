import { expect, it } from 'vitest';
import { changedShares, EVERYONE_ELSE, patchOf, sharesOf, toShare, writePercent } from './shares.ts';

const mirror = { segments: { staff: '100%', beta: '0.25%' }, sample: '5%' };

it('reads shares in the order in which they decide', () => {
  expect(sharesOf(mirror)).toEqual([
    { who: 'staff', percent: 100 },
    { who: 'beta', percent: 0.25 },
    { who: EVERYONE_ELSE, percent: 5 },
  ]);
  expect(sharesOf({})).toEqual([{ who: EVERYONE_ELSE, percent: 0 }]);
});

it('patches only what differs', () => {
  const changes = changedShares(sharesOf(mirror), { staff: 100, beta: 10, gone: 3 });
  expect(changes).toEqual([{ who: 'beta', percent: 10, before: 0.25 }]);
  expect(patchOf(changes)).toEqual({ segments: { beta: '10%' } });
  expect(patchOf([{ who: EVERYONE_ELSE, percent: 0 }])).toEqual({ sample: '0%' });
});

it.each([
  ['5', 5],
  ['0.00014', 0.0001],
  ['140', 100],
  ['-1', 0],
  ['', undefined],
  ['x', undefined],
])('takes %j as %j', (text, share) => expect(toShare(text)).toBe(share));

it.each([
  [100, '100%'],
  [20, '20%'],
  [0.0001, '0.0001%'],
  [0, '0%'],
])('writes %d as %s', (percent, text) => expect(writePercent(percent)).toBe(text));

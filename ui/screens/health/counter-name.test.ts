import { expect, it } from 'vitest';
import { counterName } from './counter-name.ts';

it.each([
  ['selected.reason.segment.segment.beta', 'selected: segment beta'],
  ['selected.reason.segment.segment.a.b', 'selected: segment a.b'],
  ['selected.reason.sample', 'selected: sample'],
  ['skipped.cause.body_size', 'skipped: body too large'],
  ['skipped.cause.brand_new', 'skipped: brand new'],
  ['copies.role.candidate', 'copies that arrived: candidate'],
  ['cut.role.control', 'cut at the byte limit: control'],
  ['other.thing', 'other.thing'],
])('%s is %j', (name, words) => {
  expect(counterName(name)).toBe(words);
});

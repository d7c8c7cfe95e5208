import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

it.each([
  ['conect_timeout', 'connect_timeout'],
  ['naem', 'name'],
  ['NAME', 'name'],
  ['nothing_like_it', undefined],
  ['ab', undefined],
])('%s -> %s', (word, expected) => {
  expect(nearest(word, ['name', 'connect_timeout', 'type'])).toBe(expected);
});

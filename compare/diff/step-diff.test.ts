import { expect, test } from 'vitest';
import { ExactNumber } from './json-value.ts';
import { diffInStep } from './step-diff.ts';

const step = (primary: string, candidate: string) => diffInStep(Buffer.from(primary), Buffer.from(candidate));

test('scalars that differ are found with their path, whatever the white space', () => {
  expect(step('{"a":{"ü":[1,{"b":"x"}]},"c":true}', ' { "a" : {"ü":[1,\n{"b":"yy"}]},"c":null}\n')).toEqual([
    { path: ['a', 'ü', 1, 'b'], primary: 'x', candidate: 'yy' },
    { path: ['c'], primary: true, candidate: null },
  ]);
  expect(step('[[],{},[{"a":1}]]', '[ [ ], {\t}, [{"a":1} ] ]')).toEqual([]);
  expect(step('1', '2')).toEqual([{ path: [], primary: 1, candidate: 2 }]);
});

test('a number that goes on, ends or is written otherwise is seen', () => {
  expect(step('[1]', '[12]')).toEqual([{ path: [0], primary: 1, candidate: 12 }]);
  expect(step('[12]', '[1]')).toEqual([{ path: [0], primary: 12, candidate: 1 }]);
  expect(step('[1]', '[1.5]')).toEqual([{ path: [0], primary: 1, candidate: 1.5 }]);
  expect(step('[1]', '[1e2]')).toEqual([{ path: [0], primary: 1, candidate: 100 }]);
  expect(step('[1]', '[1.0]')).toEqual([{ path: [0], primary: 1, candidate: 1 }]);
  expect(step('[9007199254740993]', '[9007199254740992]')?.[0]?.primary).toBeInstanceOf(ExactNumber);
  expect(step('["a"]', '["\\u0061"]')).toEqual([{ path: [0], primary: 'a', candidate: 'a' }]);
  expect(step('["a\\"b"]', '["a\\"c"]')).toEqual([{ path: [0], primary: 'a"b', candidate: 'a"c' }]);
});

test.each([
  ['other keys', '{"a":1}', '{"b":1}'],
  ['another order of keys', '{"a":1,"b":2}', '{"b":2,"a":1}'],
  ['a key with escapes', '{"\\u0061":1}', '{"\\u0061":2}'],
  ['other lengths', '[1]', '[1,2]'],
  ['an array that is empty once', '[]', '[1]'],
  ['another container', '{"a":[]}', '{"a":{}}'],
  ['a container against a scalar', '{"a":[]}', '{"a":1}'],
  ['two elements of one array', '[1,2,3]', '[2,1,3]'],
  ['a repeated key of which the last counts', '{"a":1,"b":0,"a":3}', '{"a":2,"b":0,"a":3}'],
])('it gives up on %s', (_, primary, candidate) => expect(step(primary, candidate)).toBeUndefined());

test.each([
  '',
  '[1,]',
  '[1 2]',
  '{"a"}',
  '{"a":1,}',
  '{"a" 1}',
  '[01]',
  '[1.]',
  '[-]',
  '[1e+]',
  '[tru]',
  '[NaN]',
  '["a]',
  '["\\x"]',
  '["\\u12g4"]',
  '["a\nb"]',
  '[1]]',
  '[1',
  '[1}',
  '{a:1}',
  '"a" "b"',
  '\u00a0[]',
  `${'['.repeat(100)}${']'.repeat(100)}`,
])('it gives up on %j, also when both are the same', (text) => {
  expect(step(text, text)).toBeUndefined();
});

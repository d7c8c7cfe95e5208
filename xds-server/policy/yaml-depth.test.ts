import { expect, it } from 'vitest';
import { tooDeepAt } from './yaml-depth.ts';

it.each([
  ['64 brackets', '['.repeat(64) + ']'.repeat(64)],
  ['many brackets side by side', '[] '.repeat(1_000)],
  ['brackets in text', `a: "${'['.repeat(100)}"\nb: '${'{'.repeat(100)}'\n# ${'['.repeat(100)}`],
  ['a block scalar that is indented far', `a: |\n${' '.repeat(300)}text\n`],
  ['deep but sane blocks', Array.from({ length: 60 }, (_, level) => `${'  '.repeat(level)}k:`).join('\n')],
])('lets %s pass', (_, text) => expect(tooDeepAt(text)).toBeUndefined());

it.each([
  ['65 brackets', `a: b\nc: ${'['.repeat(65)}`, 8 + 64],
  ['mixed brackets', '[{a: '.repeat(33), 32 * 5],
  ['lists in lists on one line', '- '.repeat(102), 202],
  ['keys of keys', '? '.repeat(102), 202],
  ['blocks in blocks', Array.from({ length: 300 }, (_, level) => `${' '.repeat(level)}k:`).join('\n'), undefined],
])('stops at %s', (_, text, offset) => {
  const found = tooDeepAt(text);
  expect(found).toBeGreaterThan(0);
  if (offset !== undefined) expect(found).toBe(offset);
});

import { expect, it } from 'vitest';
import type { RuleView } from '../../api/index.ts';
import { ignoredBy } from './ignored-by.ts';

function rule(path: string, more: object = {}): RuleView {
  const base = { id: path, effect: 'ignore', path, reason: 'r', author: 'a', source: 'api', expired: false };
  return { ...base, createdAt: '2026-01-05', expiresAt: null, ...more } as RuleView;
}

it.each([
  ['/a', '/a', true],
  ['/a', '/a/b', true],
  ['/id', '/identity', false],
  ['/items/*/price', '/items/*/price', true],
  ['/*/price', '/items/price', true],
  ['/**/at', '/a/b/at', true],
  ['/**/at', '/a/b/c', false],
  ['', '/a', true],
  ['', 'header:date', false],
  ['header:x-*', 'header:x-a', true],
  ['header:etag', 'header:etag', true],
  [':status', ':status', true],
])('a rule for %j covers %j: %j', (own, path, expected) => {
  expect(ignoredBy([rule(own)], 'GET /a', path) !== undefined).toBe(expected);
});

it('takes the rule that stands here first, and none of other endpoints or times', () => {
  expect(ignoredBy([rule('/a'), rule('/a/b')], 'GET /a', '/a/b')?.id).toBe('/a/b');
  const others = [
    rule('/a', { endpoint: 'GET /b' }),
    rule('/a', { expired: true }),
    rule('/a', { effect: 'unordered' }),
  ];
  expect(ignoredBy(others, 'GET /a', '/a')).toBeUndefined();
});

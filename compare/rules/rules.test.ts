import { describe, expect, it } from 'vitest';
import { type BookedRule, RuleBook, type RuleShelf, readRule } from './index.ts';

const NOW_MS = Date.UTC(2026, 0, 5);
const origin = { id: 'r1', author: 'ann', nowMs: NOW_MS };
const base = { effect: 'ignore', path: '/meta', reason: 'build info' };

describe('a rule as users write it', () => {
  it.each([
    [base, { ...base }],
    [{ ...base, path: '' }, { path: '' }],
    [
      { ...base, path: 'header:x-*', endpoint: 'GET /a' },
      { path: 'header:x-*', endpoint: 'GET /a' },
    ],
    [
      { ...base, effect: 'tolerance', relative: 0.01 },
      { effect: 'tolerance', relative: 0.01 },
    ],
    [
      { ...base, effect: 'format', format: 'uuid' },
      { effect: 'format', format: 'uuid' },
    ],
    [
      { ...base, effect: 'keyed', key: '/sku' },
      { effect: 'keyed', key: '/sku' },
    ],
    [{ ...base, expiresAt: '2026-02-01' }, { expiresAtMs: Date.UTC(2026, 1, 1) }],
  ])('%j is read', (input, expected) => {
    expect(readRule(input, origin)).toMatchObject({ id: 'r1', author: 'ann', ...expected });
  });

  it.each([
    [undefined, '', /object with effect/],
    [{ ...base, effect: 'ignored' }, 'effect', /did you mean "ignore"/],
    [{ ...base, path: 'items' }, 'path', /begin with "\/"/],
    [{ ...base, path: 'header:' }, 'path', /begin with/],
    [{ ...base, reason: ' ' }, 'reason', /why this is harmless/],
    [{ ...base, expiresAt: '2025-01-01' }, 'expiresAt', /future/],
    [{ ...base, expiresAt: 'soon' }, 'expiresAt', /2030/],
    [{ ...base, raeson: 'x' }, 'raeson', /did you mean "reason"/],
    [{ ...base, absolute: 1 }, 'absolute', /no key/],
    [{ ...base, effect: 'tolerance' }, 'absolute', /or relative/],
    [{ ...base, effect: 'tolerance', absolute: -1 }, 'absolute', /above 0/],
    [{ ...base, effect: 'format', format: 'time' }, 'format', /timestamp/],
    [{ ...base, effect: 'keyed', key: 'sku' }, 'key', /begin with/],
  ])('%j is refused at %s', (input, path, message) => {
    let refusal: unknown;
    try {
      readRule(input, origin);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'REQUEST_INVALID' });
    const { problems } = refusal as { problems: ReadonlyArray<{ path: string; message: string }> };
    expect(problems.find((problem) => problem.path === path)?.message).toMatch(message);
  });
});

describe('the book', () => {
  const shelfOf = () => {
    const rows = new Map<string, { mirror: string; id: string; createdAtMs: number; rule: string }>();
    const shelf: RuleShelf = {
      rules: async (mirror) => [...rows.values()].filter((row) => row.mirror === mirror),
      putRule: async (row) => void rows.set(row.id, row),
      deleteRule: async (_, id) => rows.delete(id),
    };
    return shelf;
  };

  it('keeps rules across a restart and tells of each change', async () => {
    const shelf = shelfOf();
    const book = new RuleBook(shelf);
    const heard: Array<[string, number]> = [];
    book.onChange((mirror, rules) => heard.push([mirror, rules.length]));
    const rule = await book.add('orders', base, 'ann', NOW_MS);
    expect(rule).toMatchObject({ path: '/meta', author: 'ann', source: 'api', createdAtMs: NOW_MS });
    const again = new RuleBook(shelf);
    await again.load(['orders']);
    expect(again.of('orders')).toEqual([rule]);
    await book.remove('orders', rule.id);
    expect(heard).toEqual([
      ['orders', 1],
      ['orders', 0],
    ]);
    await expect(book.remove('orders', rule.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('changes nothing when a rule is refused', async () => {
    const book = new RuleBook(shelfOf());
    await expect(book.add('orders', { ...base, path: 'x' }, 'ann', NOW_MS)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
    expect(book.of('orders')).toEqual([]);
  });

  it('puts rules of the file first, which only the file can change', async () => {
    const book = new RuleBook(shelfOf());
    await book.add('orders', base, 'ann', NOW_MS);
    book.setOfFile('orders', [{ ...base, path: '/old', expiresAt: '2020-01-01' }], NOW_MS);
    const [first, second] = book.of('orders') as [BookedRule, BookedRule];
    expect([first.path, first.source, second.source]).toEqual(['/old', 'file', 'api']);
    await expect(book.remove('orders', first.id)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(() => book.setOfFile('orders', [{}], NOW_MS)).toThrow(/effect/);
    expect(book.of('orders')).toHaveLength(2);
  });
});

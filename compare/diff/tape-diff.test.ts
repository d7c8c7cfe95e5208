import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Findings } from './difference.ts';
import { diffJson } from './json-diff.ts';
import { parseJson } from './json-parse.ts';
import { JsonTape } from './json-tape.ts';
import { readTape } from './json-tape-reader.ts';
import { JsonText } from './json-text.ts';
import type { Rule } from './rule.ts';
import { type CompiledRules, compileRules, noRules } from './rule-matcher.ts';
import { diffTapes } from './tape-diff.ts';

interface Result {
  readonly differences: Findings['differences'];
  readonly more: number;
  readonly hidden: Findings['hidden'];
}

function result({ differences, more, hidden }: Findings): Result {
  return { differences, more, hidden };
}

/** Undefined: not this way. */
function quick(primary: string, candidate: string, rules = noRules): Result | undefined {
  const findings = new Findings();
  const isDone = diffTapes(new JsonText(Buffer.from(primary)), new JsonText(Buffer.from(candidate)), rules, findings);
  if (!isDone) expect(result(findings)).toEqual(result(new Findings()));
  return isDone ? result(findings) : undefined;
}

function whole(primary: string, candidate: string, rules = noRules): Result {
  const findings = new Findings();
  diffJson(parseJson(primary)!, parseJson(candidate)!, rules, findings);
  return result(findings);
}

function brief(primary: string, candidate: string): string[] | undefined {
  return quick(primary, candidate)?.differences.map(({ kind, pointer }) => `${kind} ${pointer}`);
}

describe('what differs is found without parsing the rest', () => {
  test.each([
    [
      '{"a":{"ü":[1,{"b":"x"}]},"c":true}',
      ' { "a" : {"ü":[1,\n{"b":"yy"}]},"c":null}\n',
      ['value /a/ü/1/b', 'type /c'],
    ],
    ['[[],{},[{"a":1}]]', '[ [ ], {\t}, [{"a":1} ] ]', []],
    ['{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}', []],
    ['{"a":1,"b":2}', '{"b":2,"c":3}', ['missing /a', 'extra /c']],
    ['[1,2,3]', '[1,3]', ['length ', 'missing /1']],
    ['[1,3]', '[1,2,3]', ['length ', 'extra /1']],
    ['[{"id":"x","n":1},{"id":"y","n":2}]', '[{"id":"y","n":2},{"id":"x","n":9}]', ['order ', 'value /0/n']],
    ['[]', '[1]', ['length ', 'extra /0']],
    ['{"a":[]}', '{"a":{}}', ['type /a']],
    [
      '[null,{"a":1},null]',
      '[{"a":1},null,null,null]',
      whole('[null,{"a":1},null]', '[{"a":1},null,null,null]').differences.map(
        ({ kind, pointer }) => `${kind} ${pointer}`,
      ),
    ],
  ])('%s against %s', (primary, candidate, expected) => {
    expect(brief(primary, candidate)).toEqual(expected);
  });

  test('numbers are compared by their exact values', () => {
    expect(brief('[1,0]', '[1.0,-0]')).toEqual([]);
    expect(brief('[100,1]', '[1e2,10e-1]')).toEqual([]);
    expect(brief('[0.1]', '[0.1000001]')).toEqual(['value /0']);
    expect(brief('[1]', '[12]')).toEqual(['value /0']);
    expect(brief('{"id":9007199254740993}', '{"id":9007199254740992}')).toEqual(['value /id']);
    expect(brief('{"id":12345678901234567890}', '{"id":12345678901234567890.0}')).toEqual([]);
    expect(quick('[9007199254740993]', '[9007199254740992]')?.differences[0]).toMatchObject({
      primary: '9007199254740993',
      candidate: '9007199254740992',
    });
  });

  test('strings are compared by what they say', () => {
    expect(brief('["a","b"]', '["\\u0061","b"]')).toEqual([]);
    expect(brief('["a\\"b"]', '["a\\"c"]')).toEqual(['value /0']);
  });
});

test.each([
  ['a key with escapes', '{"\\u0061":1}', '{"a":2}'],
  ['a repeated key of which the last counts', '{"a":1,"b":0,"a":3}', '{"a":2,"b":0,"a":3}'],
  ['a repeated key in an element', '[{"a":1,"a":2},0]', '[{"a":2},1]'],
  ['keys that parsed objects put in another order', '{"b":1,"1":1}', '{"b":2,"1":2}'],
  ['a lone scalar', '1', '2'],
])('it gives up on %s', (_, primary, candidate) => expect(quick(primary, candidate)).toBeUndefined());

test.each([
  '',
  '[1,]',
  '[,1]',
  '[1 2]',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{"a" 1}',
  '{,"a":1}',
  '[01]',
  '[1.]',
  '[-]',
  '[1e+]',
  '[tru]',
  '[NaN]',
  '["a]',
  '["a\\',
  '["\\x"]',
  '["\\u12g4"]',
  '["a\nb"]',
  '{"a\nb":1}',
  '{"a',
  '[1]]',
  '[1',
  '[1}',
  '{"a":1]',
  '{a:1}',
  '"a" "b"',
  '\u00a0[]',
  `${'['.repeat(100)}${']'.repeat(100)}`,
])('%j is not read', (text) => expect(readTape(Buffer.from(text), new JsonTape())).toBe(false));

test('nothing of a longer text that a tape held before is taken for the end of a shorter one', () => {
  const tape = new JsonTape();
  for (const text of ['{"a":["x\\u00e9\\n",-1.5e3,true,{"b":null}],"key":"text"}', '-1234.5678e12', '[1]    ']) {
    for (let length = 0; length < text.length; length++) {
      const shorter = text.slice(0, length);
      expect(readTape(Buffer.from(text), tape)).toBe(true);
      expect(readTape(Buffer.from(shorter), tape)).toBe(isReadable(shorter));
    }
  }
});

test('what is read is what JSON.parse takes', () => {
  const part = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '1',
    '-1.5e3',
    '01',
    'true',
    'nul',
    ' ',
    '\\',
    'é',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
        fc.json(),
      ),
      (text) => {
        if (readTape(Buffer.from(text), new JsonTape())) JSON.parse(text);
        else if (isReadable(text)) throw new Error(`${text} is JSON`);
      },
    ),
    { numRuns: 5_000 },
  );
});

/** Valid, and not nested deeper than this way goes. */
function isReadable(text: string): boolean {
  const value = parseJson(text);
  return value !== undefined && !/[[{]{60}/.test(text);
}

describe('both ways report the same', () => {
  const scalar = fc.constantFrom(
    'null',
    'true',
    '0',
    '1',
    '1.0',
    '10e-1',
    '-0',
    '2',
    '"a"',
    '"b"',
    '"\\u0061"',
    '""',
    '9007199254740993',
    '9007199254740992',
    '0.1',
    '0.1000001',
    '1E400',
    '"é"',
    '"a\\/b"',
  );
  const key = fc.constantFrom(
    '"id"',
    '"a"',
    '"b/c"',
    '"__proto__"',
    '"name"',
    '""',
    '"toString"',
    '"é"',
    '"1"',
    '"\\u0061"',
  );
  const gap = fc.constantFrom('', '', '', ' ', '\n  ');
  const text = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, scalar, tie('array'), tie('object')),
    array: fc
      .tuple(gap, fc.array(tie('value'), { maxLength: 7 }))
      .map(([space, list]) => `[${space}${list.join(`,${space}`)}${space}]`),
    object: fc
      .tuple(gap, fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }))
      .map(
        ([space, list]) =>
          `{${list.map(([name, value]) => `${space}${name}${space}:${space}${value}`).join(`${space},`)}${space}}`,
      ),
  }));
  const row = fc
    .record(
      { id: fc.nat(12), sku: fc.constantFrom('x', 'y'), price: fc.nat(3), tags: fc.array(fc.nat(2), { maxLength: 3 }) },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value));
  const rows = fc.array(row, { maxLength: 12 });
  const table = rows.map((list) => `{"total":${list.length},"rows":[${list.join(',')}]}`);
  const shuffledTable = rows.chain((list) =>
    fc
      .tuple(fc.constant(list), fc.shuffledSubarray(list))
      .map(([one, other]): [string, string] => [`{"rows":[${one.join(',')}]}`, `{"rows":[${other.join(',')}]}`]),
  );
  /** Some scalars replaced, so that most of it stays the same. */
  const mutated = fc
    .tuple(fc.oneof(text.value, table), fc.array(fc.tuple(fc.nat(), scalar), { maxLength: 3 }))
    .map(([value, mutations]): [string, string] => [
      value,
      mutations.reduce((changed, [at, by]) => replaceScalar(changed, at, by), value),
    ]);
  /** Orders with lines: some left out, added, changed, turned round or moved, keys in another order. */
  const line = fc.record(
    { sku: fc.constantFrom('p', 'q', 'r', 's', 't'), quantity: fc.nat(2), price: fc.constantFrom(1, 1.5, 1e-7, -2.25) },
    { requiredKeys: ['price'] },
  );
  const order = fc.record(
    { id: fc.nat(30), placed: fc.constantFrom('now', 'thén', 'a\tb'), lines: fc.array(line, { maxLength: 4 }) },
    { requiredKeys: ['lines'] },
  );
  const changes = fc.array(fc.nat(9), { minLength: 8, maxLength: 8 });
  const manyOrders = fc
    .tuple(fc.array(order, { maxLength: 8 }), changes, fc.array(order, { maxLength: 2 }), fc.nat(), fc.boolean())
    .map(([orders, change, added, at, isReversed]): [string, string] => {
      const others: object[] = orders.map((one, index) => {
        const [first, ...rest] = one.lines;
        switch (change[index]) {
          case 0:
            return reversed(one);
          case 1:
            return { ...one, lines: one.lines.toReversed() };
          case 2:
            return { ...one, lines: [...rest, { sku: 'z', price: 7 }] };
          case 3:
            return { ...one, lines: first ? [reversed(first), ...rest] : rest, note: 'x'.repeat(300) };
          default:
            return one;
        }
      });
      others.splice(at % (others.length + 1), at % 2, ...added);
      if (at % 5 === 0 && others.length > 0) others.push(others.shift()!);
      const candidate = { at: 1, orders: others };
      return [JSON.stringify({ at: 1, orders }), JSON.stringify(isReversed ? reversed(candidate) : candidate)];
    });
  const pair = fc.oneof(mutated, shuffledTable, manyOrders, fc.tuple(text.value, text.value), fc.tuple(table, table));
  const rule = (more: Partial<Rule> & Pick<Rule, 'effect' | 'path'>) =>
    ({ id: more.path, reason: 'test', author: 'test', ...more }) as Rule;
  const RULES: readonly CompiledRules[] = [
    noRules,
    compileRules([rule({ effect: 'ignore', path: '/a' }), rule({ effect: 'ignore', path: '/**/id' })], 'GET /', 0),
    compileRules(
      [rule({ effect: 'unordered', path: '/rows' }), rule({ effect: 'ignore', path: '/total' })],
      'GET /',
      0,
    ),
    compileRules([rule({ effect: 'keyed', path: '/rows', key: '/id' })], 'GET /', 0),
    compileRules([rule({ effect: 'nullEqualsMissing', path: '/**' })], 'GET /', 0),
    compileRules([rule({ effect: 'tolerance', path: '/rows/*/price', absolute: 1 })], 'GET /', 0),
  ];

  test('for any two texts, under any rules', () => {
    let taken = 0;
    let different = 0;
    fc.assert(
      fc.property(pair, fc.constantFrom(...RULES), ([primary, candidate], rules) => {
        const found = quick(primary, candidate, rules);
        if (!found) return;
        taken++;
        if (found.differences.length > 0) different++;
        expect(found).toEqual(whole(primary, candidate, rules));
      }),
      { numRuns: 4_000 },
    );
    expect(taken).toBeGreaterThan(1_500);
    expect(different).toBeGreaterThan(1_000);
  });

  function reversed(value: object): object {
    return Object.fromEntries(Object.entries(value).reverse());
  }

  function replaceScalar(written: string, at: number, by: string): string {
    const scalars = [...written.matchAll(/"(?:[^"\\]|\\.)*"(?!\s*:)|-?\d[\d.eE+-]*|true|false|null/g)];
    const chosen = scalars[at % Math.max(scalars.length, 1)];
    if (!chosen) return written;
    const changed = written.slice(0, chosen.index) + by + written.slice(chosen.index + chosen[0].length);
    return parseJson(changed) === undefined ? written : changed;
  }
});

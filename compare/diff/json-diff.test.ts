import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Difference, Findings } from './difference.ts';
import { diffJson } from './json-diff.ts';
import { jsonEqual } from './json-equal.ts';
import { parseJson } from './json-parse.ts';
import type { Json, JsonObject } from './json-value.ts';
import { pointerSegments } from './path.ts';
import type { Rule } from './rule.ts';
import { compileRules, noRules } from './rule-matcher.ts';

function diff(primary: unknown, candidate: unknown, rules = noRules): readonly Difference[] {
  const findings = new Findings({ total: 10_000, perPath: 10_000 });
  diffJson(primary as Json, candidate as Json, rules, findings);
  return findings.differences;
}

function brief(differences: readonly Difference[]): string[] {
  return differences.map(({ kind, pointer }) => `${kind} ${pointer}`);
}

function rules(...list: Array<Partial<Rule> & Pick<Rule, 'path' | 'effect'>>) {
  const complete = list.map((rule, index) => ({ id: `r${index}`, reason: 'test', author: 'test', ...rule }) as Rule);
  return compileRules(complete, 'GET /', 0);
}

test('an array in which more than one element differs is told once, also within one that differs in one', () => {
  const order = (id: number, ...totals: number[]) => ({ id, lines: totals.map((total, line) => ({ line, total })) });
  const primary = { orders: [order(1, 5, 6, 7), order(2, 8)] };
  expect(brief(diff(primary, { orders: [order(1, 5, 0, 7), order(2, 8)] }))).toEqual(['value /orders/0/lines/1/total']);
  expect(brief(diff(primary, { orders: [order(1, 0, 6, 0), order(2, 8)] }))).toEqual([
    'value /orders/0/lines/0/total',
    'value /orders/0/lines/2/total',
  ]);
  expect(brief(diff(primary, { orders: [order(1, 0, 6, 7), order(2, 0)] }))).toEqual([
    'value /orders/0/lines/0/total',
    'value /orders/1/lines/0/total',
  ]);
});

describe('objects and scalars', () => {
  test('each kind, at its place', () => {
    const primary = { price: 12.5, note: 'a', gone: 1, nested: { 'a/b~c': [1] }, maybe: null };
    const candidate = { price: 12.5001, note: 7, came: true, nested: { 'a/b~c': [2] }, maybe: 'x' };
    expect(diff(primary, candidate)).toEqual([
      { kind: 'value', path: '/price', pointer: '/price', primary: '12.5', candidate: '12.5001' },
      { kind: 'type', path: '/note', pointer: '/note', primary: '"a"', candidate: '7' },
      { kind: 'missing', path: '/gone', pointer: '/gone', primary: '1' },
      { kind: 'value', path: '/nested/a~1b~0c/*', pointer: '/nested/a~1b~0c/0', primary: '1', candidate: '2' },
      { kind: 'type', path: '/maybe', pointer: '/maybe', primary: 'null', candidate: '"x"' },
      { kind: 'extra', path: '/came', pointer: '/came', candidate: 'true' },
    ]);
  });

  test('keys that every object inherits are keys like any other', () => {
    expect(
      diff(parseJson('{"toString":1,"__proto__":{}}'), parseJson('{"constructor":1}')).map(({ kind }) => kind),
    ).toEqual(['missing', 'missing', 'extra']);
    expect(brief(diff(parseJson('{"__proto__":{"a":1}}'), parseJson('{"__proto__":{"a":2}}')))).toEqual([
      'value /__proto__/a',
    ]);
    expect(jsonEqual(parseJson('{"__proto__":{}}')!, parseJson('{"x":1}')!)).toBe(false);
  });

  test.each([
    '{}',
    '{"a":1}',
    '{"key":"9007199254740993e0","text":"9007199254740993"}',
    '[]',
    'null',
    '"9007199254740993"',
  ])('a number that is kept exactly is no %s', (other) => {
    const number = '9007199254740993';
    for (const [one, two] of [
      [number, other],
      [other, number],
    ]) {
      expect(brief(diff(parseJson(`{"x":${one}}`), parseJson(`{"x":${two}}`)))).toEqual(['type /x']);
      expect(brief(diff(parseJson(`[${one},1]`), parseJson(`[${two},2]`)))).toContain('type /0');
      expect(jsonEqual(parseJson(`[${one}]`)!, parseJson(`[${two}]`)!)).toBe(false);
      const deep = (text: string) => parseJson('{"a":'.repeat(600) + text + '}'.repeat(600));
      expect(jsonEqual(deep(one!)!, deep(two!)!)).toBe(false);
    }
  });

  test('numbers that are kept exactly are equal when their values are', () => {
    const one = parseJson('[{"x":10000000000000000.1}]');
    expect(brief(diff(one, parseJson('[{"x":100000000000000001e-1}]')))).toEqual([]);
    expect(brief(diff(one, parseJson('[{"x":10000000000000000.2}]')))).toEqual(['value /0/x']);
    expect(jsonEqual(one!, parseJson('[{"x":100000000000000001e-1}]')!)).toBe(true);
  });

  test('keys that are ids fold like indices', () => {
    const [difference] = diff({ byOrder: { 'A-100234': { sum: 1 } } }, { byOrder: { 'A-100234': { sum: 2 } } });
    expect(difference).toMatchObject({ path: '/byOrder/*/sum', pointer: '/byOrder/A-100234/sum' });
  });
});

describe('arrays', () => {
  const items = (...ids: number[]) => ids.map((id) => ({ id, name: `n${id}`, price: id * 10 }));

  test('an element inserted in the middle is one extra element', () => {
    expect(brief(diff({ items: items(1, 2, 3, 4) }, { items: items(1, 2, 9, 3, 4) }))).toEqual([
      'length /items',
      'extra /items/2',
    ]);
    expect(brief(diff([1, 2, 3, 4, 5, 6], [1, 9, 2, 3, 4, 6]))).toEqual(['missing /4', 'extra /1']);
  });

  test('the same elements in another order are one difference', () => {
    const found = diff({ items: items(1, 2, 3, 4) }, { items: items(2, 3, 4, 1) });
    expect(found).toEqual([{ kind: 'order', path: '/items', pointer: '/items', primary: '0', candidate: '3' }]);
    expect(brief(diff(['a', 'b'], ['b', 'a']))).toEqual(['order ']);
  });

  test('a moved element that also changed shows both', () => {
    const candidate = items(3, 1, 2);
    candidate[0]!.price = 31;
    expect(diff(items(1, 2, 3), candidate)).toEqual([
      { kind: 'order', path: '', pointer: '', primary: '2', candidate: '0' },
      {
        kind: 'value',
        path: '/*/price',
        pointer: '/2/price',
        candidatePointer: '/0/price',
        primary: '30',
        candidate: '31',
      },
    ]);
  });

  test('a time in every element does not hide that one was inserted, with an id or without', () => {
    const log = (from: number, ...texts: string[]) =>
      texts.map((text, index) => ({ text, level: 'info', at: from + index }));
    const found = diff(log(1000, 'a', 'b', 'c', 'd', 'e', 'f'), log(5000, 'a', 'b', 'new', 'c', 'd', 'e', 'f'));
    expect(found.filter(({ kind }) => kind !== 'value').map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual([
      'length ',
      'extra /2',
    ]);
    expect(new Set(found.filter(({ kind }) => kind === 'value').map(({ path }) => path))).toEqual(new Set(['/*/at']));
  });

  test('a changed element in a shorter array stays one changed element', () => {
    const candidate = items(1, 2, 3, 4);
    candidate[1]!.price = 21;
    candidate.pop();
    expect(brief(diff(items(1, 2, 3, 4), candidate))).toEqual(['length ', 'value /1/price', 'missing /3']);
  });

  test('a long array cannot crowd out other fields', () => {
    const findings = new Findings();
    const long = (from: number) => Array.from({ length: 5000 }, (_, index) => from + index);
    diffJson({ a: long(0), total: 1 }, { a: long(10_000), total: 2 }, noRules, findings);
    expect(findings.differences.map(({ path }) => path)).toEqual([...Array(10).fill('/a/*'), '/total']);
    expect(findings.more).toBe(4990);
  });
});

describe('rules', () => {
  test('ignore matches whole segments', () => {
    const ignored = rules({ path: '/id', effect: 'ignore' });
    expect(brief(diff({ id: 1, identity: 1 }, { id: 2, identity: 2 }, ignored))).toEqual(['value /identity']);
    expect(diff({ id: { a: 1 } }, { id: { a: 2, b: 3 } }, ignored)).toEqual([]);
    expect(diff({ id: 1 }, {}, ignored)).toEqual([]);
  });

  test('one star is one segment, two are any number, an index is itself', () => {
    const primary = {
      at: 1,
      list: [
        { at: 1, deep: { at: 1 } },
        { at: 1, deep: { at: 1 } },
      ],
    };
    const candidate = {
      at: 2,
      list: [
        { at: 2, deep: { at: 2 } },
        { at: 2, deep: { at: 2 } },
      ],
    };
    const left = (path: string) => brief(diff(primary, candidate, rules({ path, effect: 'ignore' }))).length;
    expect(left('/at')).toBe(4);
    expect(left('/list/*/at')).toBe(3);
    expect(left('/list/1/at')).toBe(4);
    expect(left('/list/**/at')).toBe(1);
    expect(left('/**/at')).toBe(0);
    expect(left('/list/**')).toBe(1);
    expect(left('')).toBe(0);
  });

  test('tolerance is absolute or relative, also for decimals in strings, and holds at its edge', () => {
    const absolute = rules({ path: '/v', effect: 'tolerance', absolute: 0.01 });
    expect(diff({ v: 1.0 }, { v: 1.01 }, absolute)).toEqual([]);
    expect(diff({ v: '1.00' }, { v: '1.01' }, absolute)).toEqual([]);
    expect(brief(diff({ v: 1.0 }, { v: 1.0101 }, absolute))).toEqual(['value /v']);
    expect(brief(diff({ v: 1.0 }, { v: '1.0' }, absolute))).toEqual(['type /v']);
    const relative = rules({ path: '/v', effect: 'tolerance', relative: 0.1 });
    expect(diff({ v: 100 }, { v: 110 }, relative)).toEqual([]);
    expect(brief(diff({ v: 100 }, { v: 112 }, relative))).toEqual(['value /v']);
  });

  test('a format has to hold on both sides', () => {
    const timestamp = rules({ path: '/at', effect: 'format', format: 'timestamp' });
    expect(diff({ at: '2026-01-01T00:00:00Z' }, { at: '2026-01-02T10:00:00.123+02:00' }, timestamp)).toEqual([]);
    expect(diff({ at: 1_767_225_600_000 }, { at: 1_767_225_600_001 }, timestamp)).toEqual([]);
    expect(brief(diff({ at: '2026-01-01T00:00:00Z' }, { at: 'yesterday' }, timestamp))).toEqual(['value /at']);
  });

  test('null and absent are one where a rule says so', () => {
    const same = rules({ path: '/note', effect: 'nullEqualsMissing' });
    expect(diff({ note: null }, {}, same)).toEqual([]);
    expect(diff({}, { note: null }, same)).toEqual([]);
    expect(brief(diff({ note: 'a' }, {}, same))).toEqual(['missing /note']);
    expect(brief(diff({ other: null }, {}, same))).toEqual(['missing /other']);
  });

  test('unordered sees through noise in the elements; what is left is compared', () => {
    const unordered = rules({ path: '/list', effect: 'unordered' }, { path: '/list/*/at', effect: 'ignore' });
    const element = (name: string, at: number) => ({ name, at });
    expect(
      diff({ list: [element('a', 1), element('b', 2)] }, { list: [element('b', 3), element('a', 4)] }, unordered),
    ).toEqual([]);
    expect(brief(diff({ list: ['a', 'b', 'c'] }, { list: ['c', 'x', 'a'] }, unordered))).toEqual(['value /list/1']);
    expect(brief(diff({ list: ['a', 'b'] }, { list: ['b'] }, unordered))).toEqual(['length /list', 'missing /list/0']);
  });

  test('keyed elements belong together by their key alone', () => {
    const keyed = rules({ path: '/lines', effect: 'keyed', key: '/product/sku' });
    const line = (sku: string, price: number) => ({ product: { sku }, price });
    const found = diff(
      { lines: [line('a', 1), line('b', 2), line('c', 3)] },
      { lines: [line('c', 3), line('b', 9), line('d', 1)] },
      keyed,
    );
    expect(brief(found)).toEqual(['value /lines/1/price', 'missing /lines/0', 'extra /lines/2']);
  });

  test('what a rule hid is counted for it, an order it made harmless too', () => {
    const findings = new Findings();
    const set = rules({ path: '/list', effect: 'unordered' }, { path: '/id', effect: 'ignore' });
    diffJson({ list: [1, 2], id: 1 }, { list: [2, 1], id: 2 }, set, findings);
    expect(findings.hidden).toEqual(
      new Map([
        ['r0', 1],
        ['r1', 1],
      ]),
    );
  });

  test('an order rule counts for itself only what it hid', () => {
    const hidden = (primary: unknown, candidate: unknown) => {
      const findings = new Findings();
      const set = rules({ path: '/list', effect: 'unordered' }, { path: '/list/*/at', effect: 'ignore' });
      diffJson(primary as Json, candidate as Json, set, findings);
      expect(findings.count).toBe(0);
      return findings.hidden.get('r0') ?? 0;
    };
    const list = (...names: string[]) => ({ list: names.map((name, at) => ({ name, at })) });
    expect(
      hidden(list('a', 'b'), {
        list: [
          { name: 'a', at: 8 },
          { name: 'b', at: 9 },
        ],
      }),
    ).toBe(0);
    expect(hidden(list('a', 'b'), list('b', 'a'))).toBe(1);
    expect(hidden({ list: [1, 2, 3] }, { list: [1, 2, 3] })).toBe(0);
  });

  test('expired rules, and those of other endpoints, have no effect', () => {
    const rule = { id: 'r', path: '/a', effect: 'ignore', reason: '', author: '' } as const;
    const count = (more: object, now = 10) =>
      diff({ a: 1 }, { a: 2 }, compileRules([{ ...rule, ...more }], 'GET /x', now)).length;
    expect([count({}), count({ expiresAtMs: 11 }), count({ expiresAtMs: 10 })]).toEqual([0, 0, 1]);
    expect([count({ endpoint: 'GET /x' }), count({ endpoint: 'GET /y' })]).toEqual([0, 1]);
  });
});

describe('bounds', () => {
  const nested = (depth: number, inner: string) => parseJson(`${'[{"a":'.repeat(depth)}${inner}${'}]'.repeat(depth)}`)!;

  test('nesting of any depth ends, and is reported where it was given up', () => {
    expect(diff(nested(100_000, '1'), nested(100_000, '1'))).toEqual([]);
    const [difference] = diff(nested(100_000, '1'), nested(100_000, '2'));
    expect(difference?.kind).toBe('value');
    expect(pointerSegments(difference!.pointer)).toHaveLength(512);
    expect(diff(nested(20, '1'), nested(20, '2'))[0]?.pointer).toBe('/0/a'.repeat(20));
  });

  test('arrays within arrays that differ everywhere end in time', () => {
    let [one, other]: [Json, Json] = [1, 2];
    for (let depth = 0; depth < 300; depth++) {
      [one, other] = [
        [one, Array.from({ length: 300 }, () => 'same')],
        [other, Array.from({ length: 300 }, () => 'same')],
      ];
    }
    const before = process.cpuUsage().user;
    expect(brief(diff(one, other))).toEqual([`value ${'/0'.repeat(300)}`]);
    [one, other] = ['x'.repeat(2_000_000), `${'x'.repeat(1_999_999)}y`];
    for (let depth = 0; depth < 300; depth++)
      [one, other] = [
        [one, depth, [depth]],
        [[depth], other, depth],
      ];
    expect(diff(one, other).length).toBeGreaterThan(0);
    const wide = (from: number) => Array.from({ length: 200_000 }, (_, index) => ({ a: from + index * 2 }));
    expect(diff(wide(0), wide(100_001)).length).toBeGreaterThan(0);
    expect(process.cpuUsage().user - before).toBeLessThan(10_000_000);
  });
});

describe('properties', () => {
  const json = fc.jsonValue({ maxDepth: 4 }).map((value) => normal(value));
  /** Small alphabet, so that two values have much in common. */
  const alike = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<Json>(null, true, 0, 1, 2, 'a', 'b', ''),
      fc.array(tie('value'), { maxLength: 6 }),
      fc
        .dictionary(fc.constantFrom('id', 'a', 'b/c', '__proto__', 'name', ''), tie('value'), { maxKeys: 4 })
        .map(normal),
    ),
  })).value;
  const pairs = fc.oneof(fc.tuple(json, json), fc.tuple(alike, alike));

  /** As a parser makes it (fast-check's dictionaries have no prototype), with numbers that doubles hold exactly. */
  function normal(value: unknown): Json {
    const short = (_: string, part: unknown) => (typeof part === 'number' ? Number((part % 1e6).toFixed(3)) : part);
    return parseJson(JSON.stringify(value, short))!;
  }

  test('a value does not differ from itself or its copy', () => {
    fc.assert(
      fc.property(fc.oneof(json, alike), (value) => {
        expect(diff(value, value)).toEqual([]);
        expect(diff(value, normal(value))).toEqual([]);
      }),
    );
  });

  test('no difference is reported exactly if the values are equal', () => {
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        expect(diff(one, other).length === 0).toBe(jsonEqual(one, other));
        expect(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))).toBe(jsonEqual(one, other));
      }),
    );
  });

  test('every pointer resolves, and what it points at differs', () => {
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        for (const { kind, pointer, candidatePointer } of diff(one, other)) {
          const inPrimary = resolve(one, pointer);
          const inCandidate = resolve(other, candidatePointer ?? pointer);
          if (kind === 'extra') expect(inCandidate).not.toBeUndefined();
          else if (kind === 'missing') expect(inPrimary).not.toBeUndefined();
          else expect(jsonEqual(inPrimary!, inCandidate!)).toBe(false);
          if (kind === 'length') expect((inPrimary as Json[]).length).not.toBe((inCandidate as Json[]).length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('what is missing one way is extra the other way', () => {
    const object = fc
      .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom(1, 2))
      .map((value) => normal(value));
    const array = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 8 });
    const of = (found: readonly Difference[], kind: string) => found.filter((item) => item.kind === kind).length;
    fc.assert(
      fc.property(object, object, array, array, (one, other, list, otherList) => {
        const [there, back] = [diff(one, other), diff(other, one)];
        expect(of(there, 'missing')).toBe(of(back, 'extra'));
        expect(of(there, 'extra')).toBe(of(back, 'missing'));
        expect(of(there, 'value')).toBe(of(back, 'value'));
        const found = diff(list, otherList);
        expect(of(found, 'extra') - of(found, 'missing')).toBe(otherList.length - list.length);
      }),
    );
  });

  test('taking out what is extra and putting in what is missing makes scalar arrays the primary again', () => {
    const scalars = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 });
    fc.assert(
      fc.property(scalars, scalars, (one, other) => {
        const balance = new Map<string, number>();
        const count = (text: string | undefined, by: number) =>
          text !== undefined && balance.set(text, (balance.get(text) ?? 0) + by);
        for (const value of other) count(String(value), 1);
        for (const { kind, primary, candidate } of diff(one, other)) {
          if (kind === 'length' || kind === 'order') continue;
          count(primary, 1);
          count(candidate, -1);
        }
        for (const value of one) count(String(value), -1);
        expect([...balance.values()].every((left) => left === 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('an unordered array equals each of its permutations', () => {
    const unordered = rules({ path: '', effect: 'unordered' });
    const permuted = fc
      .array(alike, { maxLength: 8 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(permuted, ([list, other]) => {
        expect(diff(list, other, unordered)).toEqual([]);
      }),
    );
  });

  function sorted(value: Json): Json {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
    const entries = Object.entries(value as JsonObject).map(([key, child]) => [key, sorted(child)] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  function resolve(value: Json, pointer: string): Json | undefined {
    return pointerSegments(pointer).reduce<Json | undefined>(
      (at, key) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as JsonObject)[key] : undefined,
      value,
    );
  }
});

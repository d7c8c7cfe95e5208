import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonEqual } from './json-equal.ts';
import { parseJson } from './json-parse.ts';
import { ExactNumber, type Json } from './json-value.ts';

const same = (one: string, other: string) => jsonEqual(parseJson(one)!, parseJson(other)!);

describe('numbers are compared as they are written', () => {
  test.each([
    ['1.0', '1'],
    ['-0', '0'],
    ['1e2', '100'],
    ['1.50E+1', '15'],
    ['0e999', '0'],
    ['12345678901234567890', '12345678901234567890.00'],
    ['1e400', '10E399'],
    ['0.000000000000000000100', '1e-19'],
    ['10000000000000000000', '1e19'],
  ])('%s is %s', (one, other) => expect(same(one, other)).toBe(true));

  test.each([
    ['0.1', '0.1000001'],
    ['9007199254740993', '9007199254740992'],
    ['18446744073709551615', '18446744073709551614'],
    ['0.30000000000000004', '0.3'],
    ['0.30000000000000004', '0.30000000000000005'],
    ['1e400', '1e401'],
    ['-1e400', '1e400'],
    ['1e-400', '0'],
    ['1e99999999999999999999', '1e99999999999999999998'],
    ['1', '"1"'],
  ])('%s is not %s', (one, other) => expect(same(one, other)).toBe(false));

  test('wherever they stand', () => {
    expect(same('{"a":[1, 9007199254740993]}', '{"a":[1,9007199254740992]}')).toBe(false);
    expect(same('[{"id":\n 9007199254740993 }]', '[{"id":9007199254740993}]')).toBe(true);
  });
});

test('the exact reading agrees with JSON.parse on everything else', () => {
  const numberInIt = fc.jsonValue({ maxDepth: 4 }).map((value) => [value, 'marker'] as const);
  fc.assert(
    fc.property(numberInIt, fc.constantFrom(undefined, 1, '\t'), ([value], space) => {
      const text = JSON.stringify([value], null, space);
      const exact = parseJson(`[12345678901234567890,${text}]`) as Json[];
      expect(exact[0]).toBeInstanceOf(ExactNumber);
      expect(withDoubles(exact[1]!)).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

function withDoubles(value: Json): unknown {
  if (value instanceof ExactNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(withDoubles);
  if (typeof value !== 'object' || value === null) return value;
  const copy = {};
  for (const [key, child] of Object.entries(value)) {
    Object.defineProperty(copy, key, {
      value: withDoubles(child),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

test('a repeated key has its last value, read either way', () => {
  expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
  expect(same('{"a":9007199254740993,"a":2}', '{"a":2}')).toBe(true);
  expect(same('{"\\u0061":9007199254740993}', '{"a":9007199254740993}')).toBe(true);
});

test.each(['', 'NaN', '[NaN]', '{"a":Infinity}', '[1,]', '{"a":01}', '[1e]', '{a:1}', '"', '[1]x', '\u00a0{}'])(
  '%j is no JSON',
  (text) => expect(parseJson(text)).toBeUndefined(),
);

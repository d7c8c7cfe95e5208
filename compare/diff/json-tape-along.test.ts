import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonTape } from './json-tape.ts';
import { readTapeAlong } from './json-tape-along.ts';
import { readTape } from './json-tape-reader.ts';
import { JsonText } from './json-text.ts';

/** Undefined: not read. */
function nodes(read: (tape: JsonTape) => boolean): number[] | undefined {
  const tape = new JsonTape();
  return read(tape) ? [...tape.nodes.subarray(0, tape.end)] : undefined;
}

function along(guide: string, text: string): number[] | undefined {
  const primary = new JsonTape();
  expect(readTape(Buffer.from(guide), primary)).toBe(true);
  const [everywhere, whereUseful] = [0, undefined].map((worthALook) =>
    nodes((tape) => readTapeAlong(primary, Buffer.from(text), tape, worthALook)),
  );
  expect(whereUseful).toEqual(everywhere);
  return everywhere;
}

function alone(text: string): number[] | undefined {
  return nodes((tape) => readTape(Buffer.from(text), tape));
}

const PIECES = [
  '',
  ' ',
  '\n',
  ',',
  ':',
  '[',
  ']',
  '{',
  '}',
  '"',
  '\\',
  '1',
  '0',
  '.5',
  'e3',
  'true',
  'é',
  '"a":1,',
  '{},',
];
const row = fc.record(
  {
    id: fc.nat(30),
    name: fc.constantFrom('', 'a"b', 'é\n', 'x'.repeat(200)),
    tags: fc.array(fc.nat(200), { maxLength: 4 }),
    at: fc.record({ x: fc.double({ noNaN: true, noDefaultInfinity: true }), y: fc.constant(null) }),
  },
  { requiredKeys: [] },
);
const written = fc.tuple(fc.array(row, { maxLength: 12 }), fc.constantFrom(undefined, 1)).map(([rows, indent]) => ({
  rows: rows.map((one) => JSON.stringify(one, undefined, indent)),
  text: JSON.stringify({ total: rows.length, rows, end: true }, undefined, indent),
}));
const edits = fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.constantFrom(...PIECES)), { maxLength: 3 });

test('a text is read along any other as it is read alone, whether it is JSON or not', () => {
  let read = 0;
  let refused = 0;
  const check = (guide: string, text: string) => {
    const expected = alone(text);
    if (expected) read++;
    else refused++;
    expect(along(guide, text)).toEqual(expected);
  };
  fc.assert(
    fc.property(written, edits, ({ text }, changes) => {
      const changed = changes.reduce((before, [place, length, piece]) => {
        const at = place % (before.length + 1);
        return before.slice(0, at) + piece + before.slice(at + length);
      }, text);
      check(text, changed);
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(
      written.chain(({ rows }) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows), fc.array(row))),
      ([rows, some, more]) => {
        const all = some.flatMap((one, index) =>
          index % 3 === 0 ? [one, ...more.map((extra) => JSON.stringify(extra))] : one,
        );
        check(`{"rows":[${rows.join(',')}]}`, `{"rows":[${all.join(', ')}],"end":1}`);
        check(`[${rows.join(',')}]`, `[${all.join(',')}]`);
      },
    ),
    { numRuns: 500 },
  );
  expect(read).toBeGreaterThan(1_000);
  expect(refused).toBeGreaterThan(500);
});

test('a difference is found wherever it is in a long text', () => {
  const text = JSON.stringify({ rows: Array.from({ length: 400 }, (_, id) => ({ id, text: 'x'.repeat(id) })) });
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom('1', 'y', '"', ' '), (at, piece) => {
      const changed = text.slice(0, at) + piece + text.slice(at + 1);
      expect(along(text, changed)).toEqual(alone(changed));
    }),
    { numRuns: 200 },
  );
});

test('nesting that the other text does not have is limited too', () => {
  const deep = `${'['.repeat(60)}${']'.repeat(60)}`;
  expect(along(deep, deep.replace('[]', '[[[[[[[]]]]]]]'))).toBeUndefined();
  expect(along(deep, deep.replace('[]', '[[[1]]]'))).toEqual(alone(deep.replace('[]', '[[[1]]]')));
});

test('a text is read once for several comparisons, and again when its tape has been used for another', () => {
  const tape = new JsonTape();
  const text = new JsonText(Buffer.from('{"a":[1,2]}'));
  const other = new JsonText(Buffer.from('[]'));
  const expected = alone('{"a":[1,2]}');
  const read = () => {
    expect(text.readInto(tape)).toBe(true);
    return [...tape.nodes.subarray(0, tape.end)];
  };
  expect(read()).toEqual(expected);
  const { turn } = tape;
  tape.release();
  expect(read()).toEqual(expected);
  expect(tape.turn).toBe(turn);
  expect(other.readInto(tape)).toBe(true);
  expect(read()).toEqual(expected);
});

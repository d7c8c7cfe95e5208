import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from './json-parse.ts';
import { JsonTape } from './json-tape.ts';
import { readTape } from './json-tape-reader.ts';
import { preview } from './preview.ts';
import { previewOnTape } from './tape-preview.ts';

function check(text: string): void {
  const tape = new JsonTape();
  expect(readTape(Buffer.from(text), tape)).toBe(true);
  expect(previewOnTape(tape, 0)).toBe(preview(parseJson(text)!));
}

test.each([
  '[]',
  '{}',
  '{"a":1,"b":[true,null,"x"]}',
  '{"a": 1}',
  '[ ]',
  '[1.0,-0,0.0000001,0.000001,1e3,100000000000000000000,9007199254740993,1.5,-2.25,10]',
  '{"a":1,"a":2}',
  '{"b":1,"1":2}',
  '[{"x":{"a":1,"a":2}}]',
  '["\\u0061"]',
  '"x"',
  '"x\\ty"',
  '12.50',
  '12.5',
  '1e2',
  'null',
  `"${'x'.repeat(254)}"`,
  `"${'x'.repeat(255)}"`,
  `"${'x'.repeat(256)}"`,
  `"${'x'.repeat(257)}"`,
  `"${'é'.repeat(200)}"`,
  `${'['.repeat(17)}${']'.repeat(17)}`,
  `${'['.repeat(18)}${']'.repeat(18)}`,
  `${'['.repeat(19)}1${']'.repeat(19)}`,
])('%s is shown as its value is', check);

test.each([
  ['x', 1],
  ['é', 2],
  ['鯨', 3],
  ['🐳', 4],
])('a text of many %s is cut where its value is', (character) => {
  for (let length = 60; length < 262; length++) check(`{"a":["${character.repeat(length)}",{"b":1}],"c":[2,3]}`);
  for (let length = 230; length < 262; length++) {
    check(`{"${character.repeat(length)}":{"b":1.25}}`);
    check(`"${character.repeat(length)}"`);
  }
});

test('whatever stands on a tape is shown as its value is', () => {
  const number = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0.1, 12.5, -3, 0),
  );
  const { container } = fc.letrec<{ value: unknown; container: object }>((tie) => ({
    value: fc.oneof(number, fc.boolean(), fc.string(), fc.string({ unit: 'grapheme' }), tie('container')),
    container: fc.oneof(
      fc.array(tie('value')),
      fc.dictionary(fc.constantFrom('id', 'a', 'é', '7', '__proto__', 'name'), tie('value')),
    ),
  }));
  const indent = fc.constantFrom(undefined, undefined, undefined, 1);
  fc.assert(
    fc.property(fc.array(container, { minLength: 1, maxLength: 9 }), indent, (value, space) =>
      check(JSON.stringify(value, undefined, space)),
    ),
    { numRuns: 3_000 },
  );
});

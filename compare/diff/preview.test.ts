import fc from 'fast-check';
import { expect, test } from 'vitest';
import { preview } from './preview.ts';

test('a small value is shown as its JSON text', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.string({ maxLength: 4, unit: 'binary' }),
    fc.constantFrom('\ud800', '\udfff', '\u0000', '\n', '"', '\\', '\u007f', '\u2028', 'é', '😀'),
  );
  fc.assert(
    fc.property(
      fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.dictionary(text, text, { maxKeys: 3 })),
      (value) => {
        expect(preview(value)).toBe(JSON.stringify(value));
      },
    ),
    { numRuns: 2_000 },
  );
});

import { expect, test } from 'vitest';
import { table } from './table.ts';

test('pads cells, aligns figures on the right and keeps a bar inside a cell from ending it', () => {
  expect(
    table(
      [{ title: 'variant' }, { title: 'µs', align: 'right' }],
      [
        ['plain', '42.0'],
        ['a|b', '7.5'],
      ],
    ),
  ).toBe(['| variant |   µs |', '| ------- | ---: |', '| plain   | 42.0 |', '| a\\|b    |  7.5 |'].join('\n'));
});

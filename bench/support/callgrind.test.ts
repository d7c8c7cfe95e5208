import { expect, test } from 'vitest';
import { parseDump } from './callgrind.ts';

test('a dump says its total at its end; before that it is not complete', () => {
  const dump = 'version: 1\nevents: Ir\n\nfn=(1) main\n12 300\n';
  expect(parseDump(dump)).toBeUndefined();
  expect(parseDump(`${dump}\ntotals: 123456789\n`)).toBe(123_456_789);
  expect(parseDump(`summary: 42\n${dump}`)).toBe(42);
});

import { expect, test } from 'vitest';
import { DEFAULTS, parseOptions } from './options.ts';

test('defaults hold without arguments', () => {
  expect(parseOptions([])).toEqual({ ...DEFAULTS, variants: [], report: false });
});

test('every option is read', () => {
  const text =
    '--rounds 3 --envoys 1 --slice-ms 100 --minutes 5 --connections 8,64 --variants none,third --seed 9 --envoy-core 2 --load-core 3';
  expect(parseOptions([...text.split(' '), '--filter', 'a.wasm', '--report'])).toEqual({
    rounds: 3,
    envoys: 1,
    sliceMs: 100,
    minutes: 5,
    connections: [8, 64],
    variants: ['none', 'third'],
    seed: 9,
    envoyCore: 2,
    loadCore: 3,
    report: true,
    filter: 'a.wasm',
  });
  expect(parseOptions(['--help'])).toBe('help');
});

test.each([
  [['--rounds', '0'], '--rounds takes whole numbers from 1 to 1000, not "0"'],
  [['--slice-ms', '1.5'], '--slice-ms takes whole numbers'],
  [['--connections', '1,2,3'], 'at most two'],
  [['--connections', '32,'], '--connections takes whole numbers'],
  [['--round', '3'], "Unknown option '--round'"],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatSize, parseDurationMs, parseSizeBytes } from './units.ts';

describe('durations', () => {
  it.each([
    ['200ms', 200],
    ['5s', 5_000],
    ['0.1s', 100],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    [0, 0],
    ['0s', 0],
  ])('%s is %d ms', (text, milliseconds) => expect(parseDurationMs(text)).toBe(milliseconds));

  it.each([5, '5', '', 'fast', '-1s', '5 sec', '0.5ms', '1e3s', null, {}])('%j is refused', (text) =>
    expect(() => parseDurationMs(text)).toThrow(/duration|millisecond/),
  );

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.nat(1e9), (ms) => parseDurationMs(formatDuration(ms)) === ms));
  });
});

describe('sizes', () => {
  it.each([
    ['8MiB', 8_388_608],
    ['64KiB', 65_536],
    ['2.3kB', 2_300],
    ['17B', 17],
    [4_096, 4_096],
  ])('%s is %d bytes', (text, bytes) => expect(parseSizeBytes(text)).toBe(bytes));

  it.each(['8', '8mib', '8M', '0.1B', -1, 1.5, '', undefined])('%j is refused', (text) =>
    expect(() => parseSizeBytes(text)).toThrow(/size|bytes/),
  );

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.nat(2 ** 31 - 1), (bytes) => parseSizeBytes(formatSize(bytes)) === bytes));
  });
});

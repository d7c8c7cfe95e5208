import { describe, expect, it } from 'vitest';
import { LooksSketch, lookAt } from './looks.ts';

function looksOf(values: Iterable<string>) {
  const sketch = new LooksSketch();
  for (const value of values) sketch.observe(lookAt(value));
  return sketch.read();
}

it.each([
  ['"2026-03-01T10:20:30Z"', 'time'],
  ['Sat, 21 Nov 2026 10:00:00 GMT', 'time'],
  ['1790000000000', 'time'],
  ['"550e8400-e29b-41d4-a716-446655440000"', 'uuid'],
  ['"da39a3ee5e6b4b0d3255bfef95601890afd80709"', 'hash'],
  ['42', 'integer'],
  ['-12.50', 'decimal'],
  ['true', 'boolean'],
  ['{"a":1}', 'structure'],
  ['"shipped"', 'text'],
  ['', 'text'],
])('%s looks like %s', (value, format) => expect(looksOf([value])?.format).toBe(format));

describe('how often values repeat', () => {
  it.each([1, 5, 100, 1_000, 3_000])('%i different ones in 4,000', (distinct) => {
    const looks = looksOf(Array.from({ length: 4_000 }, (_, index) => `"order ${index % distinct}"`));
    expect(looks!.distinctShare * 4_000).toBeGreaterThan(distinct * 0.9);
    expect(looks!.distinctShare * 4_000).toBeLessThan(distinct * 1.1);
  });

  it('few that repeat are an enumeration; formats that differ are text', () => {
    expect(looksOf(Array.from({ length: 100 }, (_, index) => `"state ${index % 4}"`))?.format).toBe('enum');
    expect(looksOf(['1', '"2026-03-01"'])?.format).toBe('text');
    expect(looksOf([])).toBeUndefined();
  });
});

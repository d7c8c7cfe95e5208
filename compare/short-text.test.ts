import { expect, it } from 'vitest';
import { shortText } from './short-text.ts';

it('two long texts with one beginning stay two, and short ones as they are', () => {
  const long = `/${'é'.repeat(500_000)}`;
  const short = [`${long}/a`, `${long}/b`].map(shortText);
  expect(new Set(short).size).toBe(2);
  for (const text of [...short, '', '/total', 'x'.repeat(320)]) {
    expect(text.length).toBeLessThanOrEqual(320);
    expect(shortText(text)).toBe(text);
  }
});

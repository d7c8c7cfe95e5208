import { createHash } from 'node:crypto';

/** PostgreSQL indexes at most 2,704 bytes a row, and a path is as long as whoever answers makes its keys. */
const MAX_KEY_CHARACTERS = 320;

/**
 * A row as both databases can keep it: all numbers are integers (times are of microseconds), PostgreSQL has no NUL in text, neither has halves of a surrogate pair, and keys are
 * short. A key that cannot be kept as it is keeps its beginning and a hash of the whole, so that two of them stay two.
 */
export function storable(row: object, keys: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (typeof value === 'number') return [column, Math.floor(value)];
      if (typeof value !== 'string') return [column, value];
      return [column, keys.includes(column) ? keyText(value) : plainText(value)];
    }),
  );
}

function keyText(text: string): string {
  const plain = plainText(text);
  if (plain === text && text.length <= MAX_KEY_CHARACTERS) return text;
  // Bytes have no surrogates either; JSON writes them out.
  const whole = plain === text ? text : JSON.stringify(text);
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 16);
  return `${plainText(plain.slice(0, MAX_KEY_CHARACTERS - hash.length - 1))}…${hash}`;
}

function plainText(text: string): string {
  return text.replaceAll('\0', '\u2400').replace(/\p{Surrogate}/gu, '\ufffd');
}

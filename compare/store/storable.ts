import { beginningAndHash, shortText, wellFormed } from '../short-text.ts';

/**
 * A row as both databases can keep it: all numbers are integers (times are of microseconds), PostgreSQL has no NUL in text,
 * neither has halves of a surrogate pair, and it indexes at most 2,704 bytes a row. A key that cannot be kept as it is keeps
 * its beginning and a hash of the whole, so that two of them stay two.
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
  // Bytes have no surrogates either; JSON writes them out.
  return plain === text ? shortText(text) : beginningAndHash(plain, JSON.stringify(text));
}

function plainText(text: string): string {
  return wellFormed(text.replaceAll('\0', '\u2400'));
}

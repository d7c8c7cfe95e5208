import { createHash } from 'node:crypto';

/** PostgreSQL indexes at most 2,704 bytes a row, and a path is as long as whoever answers makes its keys. */
const MAX_KEY_CHARACTERS = 320;

/**
 * A row as both databases can keep it: PostgreSQL has no NUL in text, and keys are short. A key that is too long keeps its
 * beginning and a hash of the whole, so that two of them stay two.
 */
export function storable(row: object, keys: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (typeof value !== 'string') return [column, value];
      const text = value.includes('\0') ? value.replaceAll('\0', '\u2400') : value;
      return [column, keys.includes(column) && text.length > MAX_KEY_CHARACTERS ? shortened(value) : text];
    }),
  );
}

function shortened(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${text.slice(0, MAX_KEY_CHARACTERS - hash.length - 1).replaceAll('\0', '\u2400')}…${hash}`;
}

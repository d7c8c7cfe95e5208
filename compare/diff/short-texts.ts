/**
 * Short strings from their bytes. Answers have the same keys and many of the same values again and again, and to find such a
 * string again is faster than to make it.
 */

/** Bounded, because texts can be anything. */
const SLOTS = 2 ** 10;
const MAX_LENGTH = 64;
const known: string[] = new Array<string>(SLOTS).fill('');

/** @returns the string, of any length. */
export function shortText(bytes: Buffer, from: number, end: number): string {
  const length = end - from;
  if (length === 0 || length > MAX_LENGTH) return bytes.toString('utf8', from, end);
  const hash = length + 7 * bytes[from]! + 31 * bytes[end - 1]! + 131 * bytes[from + (length >> 1)]!;
  const slot = hash & (SLOTS - 1);
  const found = known[slot]!;
  if (isAscii(found, bytes, from, length)) return found;
  const text = bytes.toString('utf8', from, end);
  if (text.length === length) known[slot] = text;
  return text;
}

/** Whether that is what stands there. */
export function isShortText(text: string, bytes: Buffer, from: number, end: number): boolean {
  const length = end - from;
  return isAscii(text, bytes, from, length) || (text.length < length && text === shortText(bytes, from, end));
}

/** False also for texts with other characters than those of ASCII. */
function isAscii(text: string, bytes: Buffer, from: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let at = 0; at < length; at++) if (text.charCodeAt(at) !== bytes[from + at]) return false;
  return true;
}

/** The preview of what stands on a tape: as that of the value, which is made only where the text itself will not do. */
import type { JsonTape } from './json-tape.ts';
import { MAX_CHARACTERS, MAX_DEPTH, preview, shorten } from './preview.ts';
import { hasPlainKeys, isCanonical, slice, value } from './tape-nodes.ts';

export function previewOnTape(tape: JsonTape, at: number): string {
  const { bytes, nodes } = tape;
  const from = nodes[at]!;
  // Strings are cut before their quotes.
  const isLongString = bytes[from] === 0x22 /* " */ && nodes[at + 1]! - from > MAX_CHARACTERS;
  const end = isLongString ? -1 : shownEnd(bytes, from, nodes[at + 1]!);
  return end > 0 && isWrittenAsPreviewed(tape, at, end) ? shorten(slice(bytes, from, end)) : preview(value(tape, at));
}

/**
 * @returns behind what is shown, and one character more if there is more; -1 where `JSON.stringify` would write it otherwise:
 *   with spaces between values, or so deep that it is left out.
 */
function shownEnd(bytes: Buffer, from: number, end: number): number {
  let isString = false;
  let depth = 0;
  let characters = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!;
    const isWithinCharacter = (byte & 0xc0) === 0x80;
    if (!isWithinCharacter && ++characters > MAX_CHARACTERS + 1) return at;
    if (byte === 0x22 /* " */) isString = !isString;
    else if (isString) continue;
    else if (byte <= 0x20) return -1;
    else if ((byte | 0x20) === 0x7b /* [ { */ && depth++ > MAX_DEPTH) return -1;
    else if ((byte | 0x20) === 0x7d /* ] } */) depth--;
  }
  return end;
}

/** Up to `end` without escapes, and keys and numbers as `JSON.stringify` would write them. */
function isWrittenAsPreviewed(tape: JsonTape, whole: number, end: number): boolean {
  const { bytes, nodes } = tape;
  if (tape.hasEscapes) return false;
  for (let at = whole, behind = nodes[whole + 2]!; at < behind && nodes[at]! < end; at += 3) {
    const first = bytes[nodes[at]!]!;
    if (first === 0x7b /* { */ ? !hasPlainKeys(tape, at) : !isWrittenAsNumber(tape, at, first)) return false;
  }
  return true;
}

/** Numbers below it are written with an exponent. */
const LEAST_DECIMAL = 1e-6;

/** True of all that is no number. */
function isWrittenAsNumber(tape: JsonTape, at: number, first: number): boolean {
  if (first !== 0x2d /* - */ && (first < 0x30 || first > 0x39)) return true;
  const number = value(tape, at);
  return typeof number === 'number' && isCanonical(tape, at) && (number === 0 || Math.abs(number) >= LEAST_DECIMAL);
}

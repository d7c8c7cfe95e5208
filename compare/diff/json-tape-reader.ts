/** Reads JSON text into a tape. The text is checked in full: what is on the tape is valid JSON. */
import { type JsonTape, MAX_DEPTH } from './json-tape.ts';

// Below, where each byte passes, they stand as numbers: to load a constant takes as long as to compare it.
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
/** From an opening bracket or brace to the closing one. */
export const TO_CLOSER = 2;

/**
 * A key is a node too, and stands before its value. The first node is the whole.
 *
 * @param text UTF-8 without byte order mark.
 * @returns false: no valid JSON, nested deeper than this reads, or too much of it.
 */
export function readTape(text: Uint8Array, tape: JsonTape): boolean {
  tape.begin(text);
  return isWhole(tape, readValue(tape, skipSpace(tape.bytes, 0), 0));
}

/** @param end Behind the value, negative if it could not be read. */
export function isWhole(tape: JsonTape, end: number): boolean {
  return end >= 0 && skipSpace(tape.bytes, end) === tape.length;
}

/**
 * @param outerDepth How many containers are open around it.
 * @returns behind the value that begins at `from`; -1 when it cannot be read.
 */
export function readValue(tape: JsonTape, from: number, outerDepth: number): number {
  const { bytes, view, open } = tape;
  let { nodes, end } = tape;
  let depth = outerDepth;
  let closer = 0;
  let i = from;
  for (;;) {
    if (end + 6 > nodes.length) {
      if (!tape.grow()) return -1;
      nodes = tape.nodes;
    }
    if (closer === 0x7d /* } */) {
      const endOfKey = keyEnd(tape, bytes, view, i);
      if (endOfKey < 0) return -1;
      nodes[end] = i;
      nodes[end + 1] = endOfKey;
      end += 3;
      nodes[end - 1] = end;
      i = behindColon(bytes, endOfKey);
      if (i < 0) return -1;
    }

    // A value begins.
    const first = bytes[i]!;
    nodes[end] = i;
    if (first === 0x22 /* " */) {
      i = stringEnd(tape, bytes, view, i);
      if (i < 0) return -1;
      nodes[end + 1] = i;
      end += 3;
      nodes[end - 1] = end;
    } else if (first === 0x7b || first === 0x5b /* { [ */) {
      if (depth === MAX_DEPTH) return -1;
      open[depth++] = end;
      end += 3;
      closer = first + 2;
      i++;
      if (bytes[i]! <= 0x20) i = skipSpace(bytes, i);
      if (bytes[i] !== closer) continue;
    } else {
      i = scalarEnd(bytes, i);
      if (i < 0) return -1;
      nodes[end + 1] = i;
      end += 3;
      nodes[end - 1] = end;
    }

    // A value has ended: close what ends with it, up to the next value.
    for (;;) {
      if (depth === outerDepth) {
        tape.end = end;
        return i;
      }
      if (bytes[i]! <= 0x20) i = skipSpace(bytes, i);
      const next = bytes[i];
      i++;
      if (next === 0x2c /* , */) break;
      if (next !== closer) return -1;
      const opened = open[--depth]!;
      nodes[opened + 1] = i;
      nodes[opened + 2] = end;
      closer = depth > outerDepth ? bytes[nodes[open[depth - 1]!]!]! + 2 : 0;
    }
    if (bytes[i]! <= 0x20) i = skipSpace(bytes, i);
  }
}

/**
 * @param at Where its node is to stand.
 * @returns where the value begins; -1 without a key.
 */
export function readKey(tape: JsonTape, from: number, at: number): number {
  const { bytes, nodes } = tape;
  const end = keyEnd(tape, bytes, tape.view, from);
  if (end < 0) return -1;
  nodes[at] = from;
  nodes[at + 1] = end;
  nodes[at + 2] = at + 3;
  return behindColon(bytes, end);
}

function keyEnd(tape: JsonTape, bytes: Buffer, view: DataView, from: number): number {
  if (bytes[from] !== 0x22 /* " */) return -1;
  if ((bytes[from + 1]! - 0x30) >>> 0 < 10) tape.hasOddKeys = true;
  const end = plainEnd(view, from + 1);
  if (bytes[end] === 0x22) return end + 1;
  tape.hasOddKeys = true;
  return escapedEnd(tape, end);
}

/** @returns where the value begins; -1 without a colon. */
function behindColon(bytes: Buffer, from: number): number {
  let at = bytes[from]! <= 0x20 ? skipSpace(bytes, from) : from;
  if (bytes[at] !== 0x3a /* : */) return -1;
  at++;
  return bytes[at]! <= 0x20 ? skipSpace(bytes, at) : at;
}

export function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/**
 * Where the first quote, backslash or control character stands. Four bytes at once: a byte is zero if taking one from it
 * borrows from its high bit, and the lowest such byte is the first.
 */
function plainEnd(view: DataView, from: number): number {
  for (let at = from; ; at += 4) {
    const four = view.getInt32(at, true);
    const quotes = four ^ 0x22222222;
    const backslashes = four ^ 0x5c5c5c5c;
    const ends =
      (((quotes - 0x01010101) & ~quotes) |
        ((backslashes - 0x01010101) & ~backslashes) |
        ((four - 0x20202020) & ~four)) &
      0x80808080;
    if (ends !== 0) return at + ((31 - Math.clz32(ends & -ends)) >> 3);
  }
}

const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));
const UNICODE_ESCAPE = 0x75;

function stringEnd(tape: JsonTape, bytes: Buffer, view: DataView, from: number): number {
  const end = plainEnd(view, from + 1);
  return bytes[end] === 0x22 /* " */ ? end + 1 : escapedEnd(tape, end);
}

function escapedEnd(tape: JsonTape, from: number): number {
  const { bytes, view } = tape;
  tape.hasEscapes = true;
  let at = from;
  for (;;) {
    at = plainEnd(view, at);
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] !== BACKSLASH) return -1;
    const escaped = bytes[++at]!;
    if (escaped === UNICODE_ESCAPE) {
      for (const end = at + 4; at < end; ) if (!isHexDigit(bytes[++at]!)) return -1;
    } else if (!ESCAPED.has(escaped)) return -1;
    at++;
  }
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Behind the number or literal that begins here; -1 when none does, or not a valid one. */
function scalarEnd(bytes: Buffer, from: number): number {
  const byte = bytes[from]!;
  if (byte <= 0x39) return numberEnd(bytes, from);
  switch (byte) {
    case 0x74:
      return literalEnd(bytes, from, TRUE);
    case 0x66:
      return literalEnd(bytes, from, FALSE);
    case 0x6e:
      return literalEnd(bytes, from, NULL);
    default:
      return -1;
  }
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

function literalEnd(bytes: Buffer, from: number, word: Buffer): number {
  for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word[at]) return -1;
  return from + word.length;
}

function numberEnd(bytes: Buffer, from: number): number {
  let at = from;
  let byte = bytes[at]!;
  if (byte === 0x2d) byte = bytes[++at]!;
  const first = at;
  while ((byte - 0x30) >>> 0 < 10) byte = bytes[++at]!;
  if (at === first || (at > first + 1 && bytes[first] === 0x30)) return -1;
  if (byte === 0x2e) {
    byte = bytes[++at]!;
    if ((byte - 0x30) >>> 0 >= 10) return -1;
    do byte = bytes[++at]!;
    while ((byte - 0x30) >>> 0 < 10);
  }
  if ((byte | 0x20) !== 0x65) return at;
  byte = bytes[++at]!;
  return digitsEnd(bytes, byte === 0x2b || byte === 0x2d ? at + 1 : at);
}

/** Behind at least one digit; -1 when there is none. */
function digitsEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at]!)) at++;
  return at > from ? at : -1;
}

function isDigit(byte: number): boolean {
  return (byte - 0x30) >>> 0 < 10;
}

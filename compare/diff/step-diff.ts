/**
 * The quick way through two JSON texts that are built alike, which most pairs are: both are read in step, as bytes, and
 * values are made only of the scalars that differ. It gives up, and the whole comparison follows, whenever anything else is
 * found: other keys or another order of them, other lengths, two different elements in one array (which may have moved), or
 * anything that is not plainly valid JSON. What it reports is what the whole comparison would.
 */
import { type Json, numberFromText } from './json-value.ts';
import type { PathSegment } from './path.ts';

export interface ScalarDifference {
  readonly path: PathSegment[];
  readonly primary: Json;
  readonly candidate: Json;
}

const MAX_DEPTH = 64;
const MAX_DIFFERENCES = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * @param a UTF-8 without byte order mark, as is `b`.
 * @returns The scalars that differ in their text (not necessarily in their value), or undefined: not this way.
 */
export function diffInStep(a: Buffer, b: Buffer): ScalarDifference[] | undefined {
  const found: Found[] = [];
  const frames: Frame[] = [];
  let frame: Frame | undefined;
  let depth = 0;
  let i = skipSpace(a, 0);
  let j = skipSpace(b, 0);

  for (;;) {
    // A value begins on both sides.
    const first = a[i];
    const isContainer = first === OPEN_BRACE || first === OPEN_BRACKET;
    if (isContainer) {
      if (b[j] !== first || depth === MAX_DEPTH) return undefined;
      frame = frames[depth] ??= new Frame();
      frame.open(first === OPEN_BRACKET);
      depth++;
      i = skipSpace(a, i + 1);
      j = skipSpace(b, j + 1);
      const isEmpty = a[i] === frame.closer;
      if (isEmpty !== (b[j] === frame.closer)) return undefined;
      if (!isEmpty) {
        if (!frame.isArray) {
          const end = equalKeyEnd(a, i, b, j, frame);
          if (end < 0) return undefined;
          j = skipColon(b, j + end - i);
          i = skipColon(a, end);
          if (i < 0 || j < 0) return undefined;
        }
        continue;
      }
    } else {
      const shift = j - i;
      const end = equalScalarEnd(a, i, b, shift);
      if (end >= 0) {
        i = end;
        j = end + shift;
      } else {
        const endA = scalarEnd(a, i);
        const endB = scalarEnd(b, j);
        if (endA < 0 || endB < 0 || found.length === MAX_DIFFERENCES) return undefined;
        for (let level = 0; level < depth; level++) if (!frames[level]!.noteDifference()) return undefined;
        found.push({ marks: frames.slice(0, depth).map((outer) => outer.mark()), i, endA, j, endB });
        i = endA;
        j = endB;
      }
    }

    // A value has ended: close what ends with it, up to the next value.
    for (;;) {
      i = skipSpace(a, i);
      j = skipSpace(b, j);
      if (frame === undefined) return i === a.length && j === b.length ? read(a, b, found) : undefined;
      const next = a[i];
      if (next !== b[j]) return undefined;
      i = skipSpace(a, i + 1);
      j = skipSpace(b, j + 1);
      if (next === COMMA) break;
      if (next !== frame.closer) return undefined;
      depth--;
      frame = depth > 0 ? frames[depth - 1] : undefined;
    }
    if (frame.isArray) frame.index++;
    else {
      const end = equalKeyEnd(a, i, b, j, frame);
      if (end < 0) return undefined;
      j = skipColon(b, j + end - i);
      i = skipColon(a, end);
      if (i < 0 || j < 0) return undefined;
    }
  }
}

/** An array's index, or where a key stands in the primary's text. */
type Mark = number | { readonly start: number; readonly end: number };

/** Where a difference is: read only when it is sure that this way leads to the end. */
interface Found {
  readonly marks: readonly Mark[];
  readonly i: number;
  readonly endA: number;
  readonly j: number;
  readonly endB: number;
}

function read(a: Buffer, b: Buffer, found: readonly Found[]): ScalarDifference[] {
  return found.map(({ marks, i, endA, j, endB }) => ({
    path: marks.map((mark) => (typeof mark === 'number' ? mark : slice(a, mark.start, mark.end))),
    primary: scalar(a, i, endA),
    candidate: scalar(b, j, endB),
  }));
}

/** An array or object that is open. Reused, so that a walk makes none of them anew. */
class Frame {
  isArray = false;
  closer = 0;
  index = 0;
  /** Of the current key in the primary's text, between its quotes. */
  keyStart = 0;
  keyEnd = 0;
  /** Of the array: the one element in which differences were found. */
  private differingIndex = -1;
  /** Of the object: starts and ends of the keys below which differences were found. */
  private differingKeys: number[] = [];

  open(isArray: boolean): void {
    this.isArray = isArray;
    this.closer = isArray ? CLOSE_BRACKET : CLOSE_BRACE;
    this.index = 0;
    this.differingIndex = -1;
    if (this.differingKeys.length > 0) this.differingKeys = [];
  }

  mark(): Mark {
    return this.isArray ? this.index : { start: this.keyStart, end: this.keyEnd };
  }

  /** @returns false when it is the second element of an array: whether elements have moved, is not for this way to say. */
  noteDifference(): boolean {
    if (this.isArray) {
      if (this.differingIndex >= 0 && this.differingIndex !== this.index) return false;
      this.differingIndex = this.index;
    } else if (this.differingKeys.at(-1) !== this.keyEnd) this.differingKeys.push(this.keyStart, this.keyEnd);
    return true;
  }

  /** The current key has been there before, with a difference below it that no longer holds: the last one counts. */
  repeatsDifferingKey(a: Buffer): boolean {
    for (let at = 0; at < this.differingKeys.length; at += 2) {
      if (sameSlice(a, this.keyStart, this.keyEnd, this.differingKeys[at]!, this.differingKeys[at + 1]!)) return true;
    }
    return false;
  }
}

/** Behind the closing quote of a key that is the same on both sides, in `a`; -1 when there is none, or none so simple. */
function equalKeyEnd(a: Buffer, i: number, b: Buffer, j: number, frame: Frame): number {
  if (a[i] !== QUOTE || b[j] !== QUOTE) return -1;
  const end = equalStringEnd(a, i, b, j - i);
  frame.keyStart = i + 1;
  frame.keyEnd = end - 1;
  return end < 0 || frame.repeatsDifferingKey(a) ? -1 : end;
}

/** The same of a string without escapes that begins at `from`, in `b` further back by `shift`. */
function equalStringEnd(a: Buffer, from: number, b: Buffer, shift: number): number {
  let at = from + 1;
  let byte = a[at]!;
  while (byte === b[at + shift] && byte !== QUOTE && byte !== BACKSLASH && byte >= 0x20) byte = a[++at]!;
  return byte === QUOTE && b[at + shift] === QUOTE ? at + 1 : -1;
}

/** Behind a scalar that is written alike on both sides, in `a`; -1 when it is not, or not simple, or not valid. */
function equalScalarEnd(a: Buffer, from: number, b: Buffer, shift: number): number {
  if (a[from] === QUOTE) return b[from + shift] === QUOTE ? equalStringEnd(a, from, b, shift) : -1;
  const end = scalarEnd(a, from);
  for (let at = from; at < end; at++) if (a[at] !== b[at + shift]) return -1;
  // It may go on in `b`, as 12 does where `a` has 1.
  return end >= 0 && mayFollowNumber(b[end + shift]!) ? -1 : end;
}

function mayFollowNumber(byte: number): boolean {
  return isDigit(byte) || byte === 0x2e || (byte | 0x20) === 0x65;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (let byte = bytes[at]!; byte <= 0x20; byte = bytes[++at]!) {
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

/** Behind the colon and the space around it; -1 without one. */
function skipColon(bytes: Buffer, from: number): number {
  const at = skipSpace(bytes, from);
  return bytes[at] === COLON ? skipSpace(bytes, at + 1) : -1;
}

function sameSlice(bytes: Buffer, from: number, end: number, otherFrom: number, otherEnd: number): boolean {
  if (end - from !== otherEnd - otherFrom) return false;
  for (let at = from; at < end; at++) if (bytes[at] !== bytes[at - from + otherFrom]) return false;
  return true;
}

/** Behind the string, number or literal that begins here; -1 when none does, or not a valid one. */
function scalarEnd(bytes: Buffer, from: number): number {
  switch (bytes[from]) {
    case QUOTE:
      return stringEnd(bytes, from);
    case 0x74:
      return literalEnd(bytes, from, TRUE);
    case 0x66:
      return literalEnd(bytes, from, FALSE);
    case 0x6e:
      return literalEnd(bytes, from, NULL);
    default:
      return numberEnd(bytes, from);
  }
}

const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));
const UNICODE_ESCAPE = 0x75;

function stringEnd(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return -1;
    if (byte === BACKSLASH) {
      const escaped = bytes[++at]!;
      if (escaped === UNICODE_ESCAPE) {
        for (const end = at + 4; at < end; ) if (!isHexDigit(bytes[++at]!)) return -1;
      } else if (!ESCAPED.has(escaped)) return -1;
    }
  }
  return -1;
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

function literalEnd(bytes: Buffer, from: number, word: Buffer): number {
  for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word[at]) return -1;
  return from + word.length;
}

function numberEnd(bytes: Buffer, from: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  at = bytes[at] === 0x30 ? at + 1 : digitsEnd(bytes, at);
  if (at < 0) return -1;
  if (bytes[at] === 0x2e) at = digitsEnd(bytes, at + 1);
  if (at < 0) return -1;
  if ((bytes[at]! | 0x20) === 0x65) {
    const sign = bytes[at + 1];
    at = digitsEnd(bytes, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
  }
  return at;
}

/** Behind at least one digit; -1 when there is none. */
function digitsEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at]!)) at++;
  return at > from ? at : -1;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function scalar(bytes: Buffer, from: number, end: number): Json {
  const text = slice(bytes, from, end);
  return isDigit(bytes[end - 1]!) ? numberFromText(text) : JSON.parse(text);
}

function slice(bytes: Buffer, from: number, end: number): string {
  return bytes.toString('utf8', from, end);
}

/**
 * JSON text as a list of where its values stand, without making any of them: for two bodies that mostly agree, nearly all
 * of what a parser makes is thrown away unread. The text is checked in full; what is here is valid JSON.
 */

/** Each node takes three numbers: where its text begins, where it ends, and the offset of the node behind all it holds. */
export class JsonTape {
  bytes: Buffer = NO_BYTES;
  nodes: Int32Array = new Int32Array(FIRST_NUMBERS);
  /** How many numbers have been written. */
  end = 0;
  readonly open: Int32Array = new Int32Array(MAX_DEPTH);
  /** A key has escapes, or begins with a digit: it may not be what it looks like, nor keep its place in an object. */
  hasOddKeys = false;
  /** Counts what it has been used for; see `JsonText`. */
  turn = 0;

  /** @returns false when there would be too many. */
  grow(numbers = this.nodes.length + 1): boolean {
    if (numbers > MAX_NUMBERS) return false;
    let length = this.nodes.length;
    while (length < numbers) length *= 2;
    const nodes = new Int32Array(length);
    nodes.set(this.nodes);
    this.nodes = nodes;
    return true;
  }

  /** Tapes are used again and again; a single large body must not hold on to its memory. */
  release(): void {
    this.bytes = NO_BYTES;
    if (this.nodes.length <= MAX_KEPT_NUMBERS) return;
    this.nodes = new Int32Array(FIRST_NUMBERS);
    this.turn++;
  }
}

/** A text that may be compared several times. */
export class JsonText {
  /** UTF-8 without byte order mark. */
  readonly bytes: Buffer;
  private turn = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** As `readTape`; if the tape still holds this text, it is only told its bytes again. */
  readInto(tape: JsonTape): boolean {
    if (this.turn > 0 && this.turn === tape.turn) {
      tape.bytes = this.bytes;
      return true;
    }
    if (!readTape(this.bytes, tape)) return false;
    this.turn = tape.turn;
    return true;
  }
}

export const MAX_DEPTH = 64;
const NO_BYTES = Buffer.alloc(0);
const FIRST_NUMBERS = 3 * 2 ** 10;
const MAX_KEPT_NUMBERS = 3 * 2 ** 20;
const MAX_NUMBERS = 3 * 2 ** 24;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** From an opening bracket or brace to the closing one. */
export const TO_CLOSER = 2;

/**
 * A key is a node too, and stands before its value. The first node is the whole.
 *
 * @param bytes UTF-8 without byte order mark.
 * @returns false: no valid JSON, nested deeper than this reads, or too much of it.
 */
export function readTape(bytes: Buffer, tape: JsonTape): boolean {
  beginTape(bytes, tape);
  const end = readValue(bytes, skipSpace(bytes, 0), tape, 0);
  return end >= 0 && skipSpace(bytes, end) === bytes.length;
}

export function beginTape(bytes: Buffer, tape: JsonTape): void {
  tape.bytes = bytes;
  tape.hasOddKeys = false;
  tape.end = 0;
  tape.turn++;
}

/**
 * @param outerDepth How many containers are open around it.
 * @returns behind the value that begins at `from`; -1 when it cannot be read.
 */
export function readValue(bytes: Buffer, from: number, tape: JsonTape, outerDepth: number): number {
  const { open } = tape;
  let { nodes, end } = tape;
  let depth = outerDepth;
  let closer = 0;
  let i = from;
  for (;;) {
    // A value begins.
    if (end + 6 > nodes.length) {
      if (!tape.grow()) return -1;
      nodes = tape.nodes;
    }
    const first = bytes[i];
    nodes[end] = i;
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      if (depth === MAX_DEPTH) return -1;
      open[depth++] = end;
      end += 3;
      closer = first + TO_CLOSER;
      i = skipSpace(bytes, i + 1);
      if (bytes[i] !== closer) {
        if (closer === CLOSE_BRACE) {
          i = readKey(bytes, i, tape, end);
          if (i < 0) return -1;
          end += 3;
        }
        continue;
      }
    } else {
      i = first === QUOTE ? stringEnd(bytes, i) : scalarEnd(bytes, i);
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
      i = skipSpace(bytes, i);
      const next = bytes[i];
      i++;
      if (next === COMMA) break;
      if (next !== closer) return -1;
      const opened = open[--depth]!;
      nodes[opened + 1] = i;
      nodes[opened + 2] = end;
      closer = depth > outerDepth ? bytes[nodes[open[depth - 1]!]!]! + TO_CLOSER : 0;
    }
    i = skipSpace(bytes, i);
    if (closer === CLOSE_BRACE) {
      if (end + 6 > nodes.length) {
        if (!tape.grow()) return -1;
        nodes = tape.nodes;
      }
      i = readKey(bytes, i, tape, end);
      if (i < 0) return -1;
      end += 3;
    }
  }
}

/** @returns where the value begins; -1 without a key. */
export function readKey(bytes: Buffer, from: number, tape: JsonTape, at: number): number {
  if (bytes[from] !== QUOTE) return -1;
  const { nodes } = tape;
  const first = bytes[from + 1]!;
  if (first >= 0x30 && first <= 0x39) tape.hasOddKeys = true;
  let end = from + 1;
  while (IS_PLAIN[bytes[end]!] === 1) end++;
  if (bytes[end] !== QUOTE) {
    tape.hasOddKeys = true;
    end = stringEnd(bytes, from) - 1;
    if (end < 0) return -1;
  }
  end++;
  nodes[at] = from;
  nodes[at + 1] = end;
  nodes[at + 2] = at + 3;
  if (bytes[end] === COLON && bytes[end + 1]! > SPACE) return end + 1;
  const colon = skipSpace(bytes, end);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : -1;
}

const SPACE = 0x20;
/** 1 for what stands in a string as it is. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || byte === QUOTE || byte === BACKSLASH ? 0 : 1,
);

export function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    at++;
  }
  return at;
}

/** Behind the number or literal that begins here; -1 when none does, or not a valid one. */
function scalarEnd(bytes: Buffer, from: number): number {
  switch (bytes[from]) {
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
  let at = from + 1;
  for (;;) {
    while (IS_PLAIN[bytes[at]!] === 1) at++;
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

/**
 * JSON text as a list of where its values stand, without making any of them: for two bodies that mostly agree, nearly all
 * of what a parser makes is thrown away unread.
 */

/** Each node takes three numbers: where its text begins, where it ends, and the offset of the node behind all it holds. */
export class JsonTape {
  /** A copy of the text, then zeros, which end every loop over it: no byte needs a look at where the text ends. */
  bytes: Buffer = NO_BYTES;
  /** The same bytes. Loops take four at once. */
  view: DataView = viewOf(NO_BYTES);
  /** Of the text. */
  length = 0;
  nodes: Int32Array = new Int32Array(FIRST_NUMBERS);
  /** How many numbers have been written. */
  end = 0;
  readonly open: Int32Array = new Int32Array(MAX_DEPTH);
  /** A key has escapes, or begins with a digit: it may not be what it looks like, nor keep its place in an object. */
  hasOddKeys = false;
  /** Some string has escapes. */
  hasEscapes = false;
  /** Counts what it has been used for; see `JsonText`. */
  turn = 0;
  /** Up to here its text is that of the tape along which it was read. */
  sameUntil = 0;

  /** Forgets what it held. */
  begin(text: Uint8Array): void {
    const { length } = text;
    const needed = length + PADDING;
    if (needed > this.bytes.length) {
      // What is not kept need not have room for more.
      const size = needed > MAX_KEPT_BYTES ? needed : Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(needed)));
      this.bytes = Buffer.allocUnsafeSlow(size);
      this.view = viewOf(this.bytes);
    }
    this.bytes.set(text);
    this.view.setInt32(length, 0);
    this.length = length;
    this.hasOddKeys = false;
    this.hasEscapes = false;
    this.end = 0;
    this.turn++;
  }

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
    if (this.nodes.length <= MAX_KEPT_NUMBERS && this.bytes.length <= MAX_KEPT_BYTES) return;
    this.bytes = NO_BYTES;
    this.view = viewOf(NO_BYTES);
    this.nodes = new Int32Array(FIRST_NUMBERS);
    this.turn++;
  }
}

export const MAX_DEPTH = 64;
const NO_BYTES = Buffer.alloc(0);
const FIRST_BYTES = 2 ** 14;
const MAX_KEPT_BYTES = 2 ** 22;
/** As many as are looked at at once. */
const PADDING = 4;
const FIRST_NUMBERS = 3 * 2 ** 10;
const MAX_KEPT_NUMBERS = 3 * 2 ** 20;
const MAX_NUMBERS = 3 * 2 ** 24;

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @returns the first place from `from` to `end` where `a` does not hold what `b` holds `shift` further on; `end` if none. */
export function agreement(a: JsonTape, b: JsonTape, from: number, end: number, shift: number): number {
  const one = a.view;
  const other = b.view;
  let at = from;
  for (; at + 16 <= end; at += 16) {
    const there = at + shift;
    const differs =
      (one.getInt32(at) ^ other.getInt32(there)) |
      (one.getInt32(at + 4) ^ other.getInt32(there + 4)) |
      (one.getInt32(at + 8) ^ other.getInt32(there + 8)) |
      (one.getInt32(at + 12) ^ other.getInt32(there + 12));
    if (differs !== 0) break;
  }
  while (at + 4 <= end && one.getInt32(at) === other.getInt32(at + shift)) at += 4;
  while (at < end && one.getUint8(at) === other.getUint8(at + shift)) at++;
  return at;
}

export function areSameBytes(a: DataView, from: number, b: DataView, other: number, length: number): boolean {
  if (length < 4) {
    for (let at = 0; at < length; at++) if (a.getUint8(from + at) !== b.getUint8(other + at)) return false;
    return true;
  }
  const last = length - 4;
  for (let at = 0; at < last; at += 4) if (a.getInt32(from + at) !== b.getInt32(other + at)) return false;
  return a.getInt32(from + last) === b.getInt32(other + last);
}

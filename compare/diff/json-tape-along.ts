/**
 * A tape read along the tape of another text. Where the bytes of both agree, so do the tapes, but for where things stand:
 * they are copied, and only what differs is read. The result is what `readTape` would give.
 */
import { agreement, type JsonTape, MAX_DEPTH } from './json-tape.ts';
import {
  COMMA,
  isWhole,
  OPEN_BRACE,
  OPEN_BRACKET,
  readKey,
  readValue,
  skipSpace,
  TO_CLOSER,
} from './json-tape-reader.ts';

/** What is shorter and differs is read faster than it is looked through for parts that agree. */
const WORTH_A_LOOK = 512;

/**
 * @param worthALook Bytes of a value.
 * @returns as `readTape` does.
 */
export function readTapeAlong(guide: JsonTape, text: Uint8Array, tape: JsonTape, worthALook = WORTH_A_LOOK): boolean {
  tape.begin(text);
  return isWhole(tape, new AlongReader(guide, tape, worthALook).value(0, skipSpace(tape.bytes, 0), 0));
}

const FAILED = -1;

/** `next` and `guideEnd` are nodes of the guide, `at` is where we are in our bytes. */
class AlongReader {
  private readonly a: Buffer;
  private readonly b: Buffer;
  private readonly guide: JsonTape;
  private readonly guideNodes: Int32Array;
  private readonly tape: JsonTape;
  private readonly worthALook: number;
  /** What the guide's bytes hold between where they were last looked at and `agreeUntil`, ours hold `shift` further on. */
  private agreeUntil = 0;
  private shift = 0;

  constructor(guide: JsonTape, tape: JsonTape, worthALook: number) {
    this.worthALook = worthALook;
    this.agreeUntil = agreement(guide, tape, 0, Math.min(guide.length, tape.length), 0);
    tape.sameUntil = this.agreeUntil;
    this.a = guide.bytes;
    this.b = tape.bytes;
    this.guide = guide;
    this.guideNodes = guide.nodes;
    this.tape = tape;
  }

  /** @returns behind the value that begins at `at`; negative when it cannot be read. */
  value(next: number, at: number, depth: number): number {
    const { b, tape, guideNodes } = this;
    const opener = b[at]!;
    const isContainer = opener === OPEN_BRACE || opener === OPEN_BRACKET;
    const isShort = guideNodes[next + 1]! - guideNodes[next]! < this.worthALook;
    if (!isContainer || isShort || opener !== this.a[guideNodes[next]!]) return readValue(tape, at, depth);
    if (depth === MAX_DEPTH || !this.hasRoom(6)) return FAILED;
    const opened = tape.end;
    tape.nodes[opened] = at;
    tape.end += 3;
    const closer = opener + TO_CLOSER;
    const guideEnd = guideNodes[next + 2]!;
    let end = skipSpace(b, at + 1);
    if (b[end] !== closer) {
      end =
        opener === OPEN_BRACE
          ? this.members(next + 3, guideEnd, end, depth + 1)
          : this.elements(next + 3, guideEnd, end, depth + 1);
      if (end < 0 || b[end] !== closer) return FAILED;
    }
    tape.nodes[opened + 1] = end + 1;
    tape.nodes[opened + 2] = tape.end;
    return end + 1;
  }

  /** @returns where the object's closing brace should be. */
  private members(first: number, guideEnd: number, start: number, depth: number): number {
    const { b, tape, guideNodes } = this;
    let next = first;
    let at = start;
    for (;;) {
      const from = next;
      let end = 0;
      if (next < guideEnd) this.look(next, at);
      while (next < guideEnd && guideNodes[next + 4]! < this.agreeUntil) {
        end = guideNodes[next + 4]!;
        next = guideNodes[next + 5]!;
      }
      if (next > from) {
        if (!this.copy(from, next)) return FAILED;
        at = end + this.shift;
      } else {
        if (!this.hasRoom(6)) return FAILED;
        // Another key: out of step up to the end of this object.
        if (next < guideEnd && guideNodes[next + 1]! > this.agreeUntil) next = guideEnd;
        at = readKey(tape, at, tape.end);
        if (at < 0) return FAILED;
        tape.end += 3;
        if (next < guideEnd) {
          at = this.value(next + 3, at, depth);
          next = guideNodes[next + 5]!;
        } else at = readValue(tape, at, depth);
        if (at < 0) return FAILED;
      }
      at = skipSpace(b, at);
      if (b[at] !== COMMA) return at;
      at = skipSpace(b, at + 1);
    }
  }

  /** @returns where the array's closing bracket should be. */
  private elements(first: number, guideEnd: number, start: number, depth: number): number {
    const { b, tape, guideNodes } = this;
    let next = first;
    /** The first of the guide's elements since we have been out of step; -1 when we are in step. */
    let passed = -1;
    let at = start;
    for (;;) {
      const from = this.inStep(next, passed, guideEnd, at);
      let end = 0;
      next = from;
      if (next < guideEnd) this.look(next, at);
      while (next < guideEnd && guideNodes[next + 1]! < this.agreeUntil) {
        end = guideNodes[next + 1]!;
        next = guideNodes[next + 2]!;
      }
      if (next > from) {
        if (!this.copy(from, next)) return FAILED;
        at = end + this.shift;
        passed = -1;
      } else if (next < guideEnd) {
        at = this.value(next, at, depth);
        if (passed < 0) passed = next;
        next = guideNodes[next + 2]!;
      } else at = readValue(tape, at, depth);
      if (at < 0) return FAILED;
      at = skipSpace(b, at);
      if (b[at] !== COMMA) return at;
      at = skipSpace(b, at + 1);
    }
  }

  /** Elements may have been inserted here, or one left out: `next`, or the element that stands at `at` if it is near. */
  private inStep(next: number, passed: number, guideEnd: number, at: number): number {
    if (next < guideEnd && this.agrees(next, at)) return next;
    if (passed >= 0 && this.agrees(passed, at)) return passed;
    if (next >= guideEnd) return next;
    const second = this.guideNodes[next + 2]!;
    return second < guideEnd && this.agrees(second, at) ? second : next;
  }

  /** Whether the element stands at `at`, and ends there as it does in the guide. */
  private agrees(element: number, at: number): boolean {
    this.look(element, at);
    return this.guideNodes[element + 1]! < this.agreeUntil;
  }

  /** Finds how far the guide's bytes from a node on agree with ours from `at` on. `at` never goes back. */
  private look(node: number, at: number): void {
    const from = this.guideNodes[node]!;
    const shift = at - from;
    if (shift === this.shift && from <= this.agreeUntil) return;
    this.shift = shift;
    const { guide, tape } = this;
    this.agreeUntil = agreement(guide, tape, from, Math.min(guide.length, tape.length - shift), shift);
  }

  private copy(from: number, end: number): boolean {
    if (!this.hasRoom(end - from)) return false;
    const { tape, shift, guideNodes } = this;
    const { nodes, end: to } = tape;
    const moved = to - from;
    if (shift === 0 && moved === 0 && end - from > FEW_NUMBERS) nodes.set(guideNodes.subarray(from, end), to);
    else {
      for (let at = from; at < end; at += 3) {
        nodes[at + moved] = guideNodes[at]! + shift;
        nodes[at + moved + 1] = guideNodes[at + 1]! + shift;
        nodes[at + moved + 2] = guideNodes[at + 2]! + moved;
      }
    }
    tape.end = to + end - from;
    if (this.guide.hasOddKeys) tape.hasOddKeys = true;
    if (this.guide.hasEscapes) tape.hasEscapes = true;
    return true;
  }

  private hasRoom(numbers: number): boolean {
    const { tape } = this;
    return tape.end + numbers <= tape.nodes.length || tape.grow(tape.end + numbers);
  }
}

/** Up to so many a loop is faster than a call. */
const FEW_NUMBERS = 64;

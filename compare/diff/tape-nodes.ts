/** What stands at the nodes of one tape: keys, elements, and values where they are asked for. */
import { parseJson } from './json-parse.ts';
import type { JsonTape } from './json-tape.ts';
import { BACKSLASH, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-tape-reader.ts';
import { ExactNumber, type Json, MAX_DOUBLE_DIGITS, numberFromText } from './json-value.ts';
import { isShortText, shortText } from './short-texts.ts';

/** From so many keys on, looking each one up among the others takes a map. */
export const MANY_KEYS = 24;

/** An object with plain keys. */
export function isPlainObject(tape: JsonTape, at: number): boolean {
  return tape.bytes[tape.nodes[at]!] === OPEN_BRACE && hasPlainKeys(tape, at);
}

export function keyNames(tape: JsonTape, object: number): string[] {
  const { nodes } = tape;
  const names: string[] = [];
  for (let key = object + 3, end = nodes[object + 2]!; key < end; key = nodes[key + 5]!) names.push(name(tape, key));
  return names;
}

/** What stands at a key in each object, undefined where nothing does; undefined when one holds more than a scalar. */
export function standsAt(tape: JsonTape, objects: readonly number[], key: string): unknown[] | undefined {
  const stands: unknown[] = [];
  for (const object of objects) {
    const at = find(tape, object, key);
    if (at >= 0 && isContainer(tape, at)) return undefined;
    const found = at < 0 ? undefined : value(tape, at);
    stands.push(found instanceof ExactNumber ? `number ${found.key}` : found);
  }
  return stands;
}

/** What stands at a key; -1 if nothing does. */
function find(tape: JsonTape, object: number, wanted: string): number {
  const { bytes, nodes } = tape;
  for (let key = object + 3, end = nodes[object + 2]!; key < end; key = nodes[key + 5]!) {
    if (isShortText(wanted, bytes, nodes[key]! + 1, nodes[key + 1]! - 1)) return key + 3;
  }
  return -1;
}

/** From one key on. */
export function keys({ nodes }: JsonTape, from: number, end: number): number[] {
  const found: number[] = [];
  for (let key = from; key < end; key = nodes[key + 5]!) found.push(key);
  return found;
}

export function elements({ nodes }: JsonTape, array: number): number[] {
  const found: number[] = [];
  for (let at = array + 3, end = nodes[array + 2]!; at < end; at = nodes[at + 2]!) found.push(at);
  return found;
}

export function isContainer({ bytes, nodes }: JsonTape, at: number): boolean {
  const first = bytes[nodes[at]!];
  return first === OPEN_BRACE || first === OPEN_BRACKET;
}

/** As the byte with which such values begin; for numbers and booleans, one of them. */
export function typeOnTape({ bytes, nodes }: JsonTape, at: number): number {
  const first = bytes[nodes[at]!]!;
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return 0x30;
  return first === 0x66 /* f */ ? 0x74 /* t */ : first;
}

/** Every key is there once, and as it is read; parsed objects keep their order. */
export function hasPlainKeys(tape: JsonTape, object: number): boolean {
  return !(tape.hasOddKeys && hasOddKeys(tape, object)) && hasDistinctKeys(tape, object);
}

function hasOddKeys(tape: JsonTape, object: number): boolean {
  const { bytes, nodes } = tape;
  for (let key = object + 3, end = nodes[object + 2]!; key < end; key = nodes[key + 5]!) {
    const first = bytes[nodes[key]! + 1]!;
    if ((first >= 0x30 && first <= 0x39) || hasEscapes(tape, key)) return true;
  }
  return false;
}

function hasDistinctKeys(tape: JsonTape, object: number): boolean {
  const { bytes, nodes } = tape;
  const end = nodes[object + 2]!;
  /** Which of 32 kinds of keys there have been: only keys of one kind can be the same. */
  let seen = 0;
  let count = 0;
  for (let key = object + 3; key < end; key = nodes[key + 5]!) {
    if (++count > MANY_KEYS) return new Set(keyNames(tape, object)).size === keys(tape, object + 3, end).length;
    const from = nodes[key]!;
    const keyEnd = nodes[key + 1]!;
    const kind = 1 << (3 * (keyEnd - from) + bytes[from + 1]! + 5 * bytes[keyEnd - 2]!);
    if ((seen & kind) !== 0 && occursBefore(tape, object + 3, key)) return false;
    seen |= kind;
  }
  return true;
}

function occursBefore({ bytes, nodes }: JsonTape, first: number, key: number): boolean {
  const from = nodes[key]!;
  const length = nodes[key + 1]! - from;
  for (let earlier = first; earlier < key; earlier = nodes[earlier + 5]!) {
    const other = nodes[earlier]!;
    if (nodes[earlier + 1]! - other !== length) continue;
    let at = 0;
    while (at < length && bytes[from + at] === bytes[other + at]) at++;
    if (at === length) return true;
  }
  return false;
}

/** Of a key without escapes. */
export function name({ bytes, nodes }: JsonTape, key: number): string {
  return shortText(bytes, nodes[key]! + 1, nodes[key + 1]! - 1);
}

export function value(tape: JsonTape, at: number): Json {
  const { bytes, nodes } = tape;
  const from = nodes[at]!;
  const end = nodes[at + 1]!;
  const last = bytes[end - 1]!;
  if (last >= 0x30 && last <= 0x39) return numberAt(bytes, from, end);
  if (bytes[from] === QUOTE && !hasEscapes(tape, at)) return shortText(bytes, from + 1, end - 1);
  return parseJson(slice(bytes, from, end))!;
}

function numberAt(bytes: Buffer, from: number, end: number): number | ExactNumber {
  if (end - from > MAX_DOUBLE_DIGITS) return numberFromText(slice(bytes, from, end));
  const isNegative = bytes[from] === 0x2d;
  let digits = 0;
  let unit = 0;
  for (let at = isNegative ? from + 1 : from; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) {
      digits = 10 * digits + byte - 0x30;
      unit *= 10;
    } else if (byte === 0x2e) unit = 1;
    else return numberFromText(slice(bytes, from, end));
  }
  // Both are exact, so their quotient is the double that is nearest to the decimal.
  const number = unit > 1 ? digits / unit : digits;
  return (isNegative ? -number : number) || 0;
}

/** A scalar that can be written in no other way: another text is another value. */
export function isCanonical(tape: JsonTape, at: number): boolean {
  const { bytes, nodes } = tape;
  const from = nodes[at]!;
  const end = nodes[at + 1]!;
  if (bytes[from] === QUOTE) return !hasEscapes(tape, at);
  const last = bytes[end - 1]!;
  if (last > 0x39) return true;
  let hasPoint = false;
  for (let digit = from; digit < end; digit++) {
    if (bytes[digit] === 0x2e) hasPoint = true;
    else if (bytes[digit]! > 0x39) return false;
  }
  if (last !== 0x30) return true;
  return !hasPoint && !(bytes[from] === 0x2d && end - from === 2);
}

function hasEscapes(tape: JsonTape, at: number): boolean {
  if (!tape.hasEscapes) return false;
  const { bytes, nodes } = tape;
  for (let next = nodes[at]!, end = nodes[at + 1]!; next < end; next++) if (bytes[next] === BACKSLASH) return true;
  return false;
}

export function slice(bytes: Buffer, from: number, end: number): string {
  return bytes.toString('utf8', from, end);
}

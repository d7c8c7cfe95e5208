/** What stands at the nodes of one tape: keys, elements, texts, and values where they are asked for. */
import { parseJson } from './json-parse.ts';
import { OPEN_BRACE, OPEN_BRACKET } from './json-tape.ts';
import { ExactNumber, type Json, numberFromText } from './json-value.ts';

/** From so many keys on, looking each one up among the others takes a map. */
export const MANY_KEYS = 24;
export const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** An object in which every key is there once. */
export function isPlainObject(bytes: Buffer, nodes: Int32Array, at: number): boolean {
  return bytes[nodes[at]!] === OPEN_BRACE && arePlain(bytes, nodes, at, false);
}

export function keyNames(bytes: Buffer, nodes: Int32Array, object: number): string[] {
  const names: string[] = [];
  for (let key = object + 3; key < nodes[object + 2]!; key = nodes[key + 5]!) names.push(text(bytes, nodes, key));
  return names;
}

/** What stands at a key in each object, undefined where nothing does; undefined when one holds more than a scalar. */
export function standsAt(
  bytes: Buffer,
  nodes: Int32Array,
  objects: readonly number[],
  name: Buffer,
): unknown[] | undefined {
  const stands: unknown[] = [];
  for (const object of objects) {
    let key = object + 3;
    const end = nodes[object + 2]!;
    while (key < end && !isText(bytes, nodes[key]!, nodes[key + 1]!, name)) key = nodes[key + 5]!;
    if (key < end && isContainer(bytes, nodes, key + 3)) return undefined;
    const found = key < end ? value(bytes, nodes, key + 3) : undefined;
    stands.push(found instanceof ExactNumber ? `number ${found.key}` : found);
  }
  return stands;
}

function isText(bytes: Buffer, from: number, end: number, wanted: Buffer): boolean {
  if (end - from !== wanted.length) return false;
  for (let at = from; at < end; at++) if (bytes[at] !== wanted[at - from]) return false;
  return true;
}

/** From one key on. */
export function keys(nodes: Int32Array, from: number, end: number): number[] {
  const found: number[] = [];
  for (let key = from; key < end; key = nodes[key + 5]!) found.push(key);
  return found;
}

export function countMembers(nodes: Int32Array, from: number, end: number): number {
  let count = 0;
  for (let key = from; key < end; key = nodes[key + 5]!) count++;
  return count;
}

export function elements(nodes: Int32Array, array: number): number[] {
  const found: number[] = [];
  for (let at = array + 3, end = nodes[array + 2]!; at < end; at = nodes[at + 2]!) found.push(at);
  return found;
}

export function isContainer(bytes: Buffer, nodes: Int32Array, at: number): boolean {
  const first = bytes[nodes[at]!];
  return first === OPEN_BRACE || first === OPEN_BRACKET;
}

/** Every key is there once, and as it is read. */
export function arePlain(bytes: Buffer, nodes: Int32Array, object: number, mayBeOdd: boolean): boolean {
  const end = nodes[object + 2]!;
  let keys = 0;
  for (let key = object + 3; key < end; key = nodes[key + 5]!) {
    const from = nodes[key]! + 1;
    const length = nodes[key + 1]! - 1 - from;
    if (mayBeOdd && isOdd(bytes, from, length)) return false;
    if (++keys > MANY_KEYS) continue;
    for (let earlier = object + 3; earlier < key; earlier = nodes[earlier + 5]!) {
      const other = nodes[earlier]! + 1;
      if (nodes[earlier + 1]! - 1 - other === length && isSameSlice(bytes, from, other, length)) return false;
    }
  }
  return keys <= MANY_KEYS || areDistinct(bytes, nodes, object, keys);
}

function isOdd(bytes: Buffer, from: number, length: number): boolean {
  if (bytes[from]! >= 0x30 && bytes[from]! <= 0x39) return true;
  const at = bytes.indexOf(BACKSLASH, from);
  return at >= 0 && at < from + length;
}

function areDistinct(bytes: Buffer, nodes: Int32Array, object: number, keys: number): boolean {
  const names = new Set<string>();
  for (let key = object + 3; key < nodes[object + 2]!; key = nodes[key + 5]!) names.add(text(bytes, nodes, key));
  return names.size === keys;
}

function isSameSlice(bytes: Buffer, from: number, other: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (bytes[from + at] !== bytes[other + at]) return false;
  return true;
}

/** Of a key without escapes. */
export function text(bytes: Buffer, nodes: Int32Array, key: number): string {
  return slice(bytes, nodes[key]! + 1, nodes[key + 1]! - 1);
}

export function value(bytes: Buffer, nodes: Int32Array, at: number): Json {
  const from = nodes[at]!;
  const end = nodes[at + 1]!;
  const last = bytes[end - 1]!;
  if (last >= 0x30 && last <= 0x39) return numberFromText(slice(bytes, from, end));
  if (bytes[from] === QUOTE && !hasEscapes(bytes, from, end)) return slice(bytes, from + 1, end - 1);
  return parseJson(slice(bytes, from, end))!;
}

function hasEscapes(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (bytes[at] === BACKSLASH) return true;
  return false;
}

export function slice(bytes: Buffer, from: number, end: number): string {
  return bytes.toString('utf8', from, end);
}

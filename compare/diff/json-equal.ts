/** Equality and hashes of JSON values. Both end in bounded time: `Effort` runs out, the call stack does not. */
import { ExactNumber, isContainer, type Json, type JsonObject } from './json-value.ts';

/** Deeper values are compared without recursion. */
const MAX_RECURSION = 256;

/**
 * How many values may still be looked at beyond the one walk over both bodies that is always made. Finding moved elements
 * looks at some values again; in an array of arrays of arrays that would multiply.
 */
export class Effort {
  private left: number;

  constructor(values: number) {
    this.left = values;
  }

  get exhausted(): boolean {
    return this.left <= 0;
  }

  spend(values: number): void {
    this.left -= values;
  }
}

export function jsonEqual(a: Json, b: Json, effort?: Effort): boolean {
  return a === b || (bothObjects(a, b) && containersEqual(a, b, 0, effort));
}

/** Neither is null nor a scalar, as far as `typeof` can tell. */
function bothObjects(a: unknown, b: unknown): boolean {
  return typeof a === 'object' && typeof b === 'object' && a !== null && b !== null;
}

function containersEqual(a: Json, b: Json, depth: number, effort: Effort | undefined): boolean {
  if (depth > MAX_RECURSION) return equalWithoutRecursion(a, b, effort);
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    effort?.spend(a.length);
    for (let index = 0; index < a.length; index++) {
      const x = a[index]!;
      const y = b[index]!;
      if (x === y) continue;
      if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return false;
      if (!containersEqual(x, y, depth + 1, effort)) return false;
    }
    return true;
  }
  if (Array.isArray(b)) return false;
  const one = a as JsonObject;
  const other = b as JsonObject;
  let keys = 0;
  for (const key in one) {
    keys++;
    const x = one[key]!;
    const y = other[key]!;
    if (x === y) continue;
    if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return false;
    // Only `__proto__` could be inherited and still be an object.
    if (key === '__proto__' && !Object.hasOwn(other, key)) return false;
    if (!containersEqual(x, y, depth + 1, effort)) return false;
  }
  effort?.spend(keys);
  const isEmpty = keys === 0;
  for (const _ in other) keys--;
  if (keys !== 0) return false;
  return !isEmpty || keylessEqual(a, b);
}

/** Objects without keys, some of which are numbers. */
function keylessEqual(a: Json, b: Json): boolean {
  if (a instanceof ExactNumber) return b instanceof ExactNumber && a.key === b.key;
  return !(b instanceof ExactNumber);
}

function equalWithoutRecursion(a: Json, b: Json, effort: Effort | undefined): boolean {
  const pending: Array<[Json, Json]> = [[a, b]];
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    const [one, other] = pair;
    if (one === other) continue;
    if (!isContainer(one) || !isContainer(other)) {
      if (!bothObjects(one, other) || !containersEqual(one, other, 0, effort)) return false;
      continue;
    }
    const keys = Object.keys(one);
    if (Array.isArray(one) !== Array.isArray(other) || keys.length !== Object.keys(other).length) return false;
    effort?.spend(keys.length);
    for (const key of keys) {
      if (!Object.hasOwn(other, key)) return false;
      pending.push([(one as JsonObject)[key]!, (other as JsonObject)[key]!]);
    }
  }
  return true;
}

const MAX_HASHED_DEPTH = 64;

/** Equal values have equal hashes, whatever the order of their keys. 32 bits; what lies very deep does not enter. */
export function jsonHash(value: Json, effort: Effort, depth = 0): number {
  effort.spend(1);
  if (typeof value === 'string') {
    effort.spend(value.length >> 4);
    return hashText(value, 0x9e3779b9);
  }
  if (value === null || typeof value !== 'object') return hashText(String(value), 0x85ebca6b);
  if (value instanceof ExactNumber) return hashText(value.key, 0xc2b2ae35);
  if (depth > MAX_HASHED_DEPTH || effort.exhausted) return 0;
  if (Array.isArray(value)) {
    let hash = 0x27d4eb2f;
    for (const element of value) hash = Math.imul(hash ^ jsonHash(element, effort, depth + 1), 0x01000193);
    return hash;
  }
  let sum = 0x165667b1;
  for (const key in value) sum = (sum + mix(hashText(key, 1), jsonHash(value[key]!, effort, depth + 1))) | 0;
  return sum;
}

export function mix(a: number, b: number): number {
  const mixed = Math.imul(a ^ (b >>> 15), 0x2c1b3c6d) ^ b;
  return Math.imul(mixed ^ (mixed >>> 13), 0x297a2d39);
}

function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** Two tapes side by side: which keys and values are the same, however they are written. */
import { jsonEqual } from './json-equal.ts';
import { type JsonTape, OPEN_BRACE, OPEN_BRACKET } from './json-tape.ts';
import type { Json } from './json-value.ts';
import { arePlain, countMembers, isContainer, keys, MANY_KEYS, QUOTE, text, value } from './tape-nodes.ts';

/** Thrown where tapes are not the way to compare these two. */
export const GIVE_UP = new Error('not this way');
/** Up to so many bytes a loop is faster than a call. */
const SHORT = 32;

/** Nodes are offsets into the tapes: `i` and what is derived from it in the primary's, `j` in the candidate's. */
export class TapePair {
  protected readonly a: Buffer;
  protected readonly b: Buffer;
  protected readonly nodesA: Int32Array;
  protected readonly nodesB: Int32Array;
  protected readonly oddKeysA: boolean;
  protected readonly oddKeysB: boolean;

  constructor(primary: JsonTape, candidate: JsonTape) {
    this.a = primary.bytes;
    this.b = candidate.bytes;
    this.nodesA = primary.nodes;
    this.nodesB = candidate.nodes;
    this.oddKeysA = primary.hasOddKeys;
    this.oddKeysB = candidate.hasOddKeys;
  }

  /** As values, however they are written. */
  protected areEqual(i: number, j: number): boolean {
    if (this.isSameText(i, j)) return true;
    const first = this.a[this.nodesA[i]!]!;
    if (first !== this.b[this.nodesB[j]!]) return first !== QUOTE && this.areEqualScalars(i, j);
    if (first === OPEN_BRACE) return this.areEqualObjects(i, j);
    if (first !== OPEN_BRACKET) return this.areEqualScalars(i, j);
    const { nodesA, nodesB } = this;
    const endA = nodesA[i + 2]!;
    const endB = nodesB[j + 2]!;
    let element = i + 3;
    let other = j + 3;
    while (element < endA && other < endB) {
      if (!this.areEqual(element, other)) return false;
      element = nodesA[element + 2]!;
      other = nodesB[other + 2]!;
    }
    return element === endA && other === endB;
  }

  protected areEqualObjects(i: number, j: number): boolean {
    const { nodesA, nodesB } = this;
    const endA = nodesA[i + 2]!;
    const endB = nodesB[j + 2]!;
    let key = i + 3;
    let other = j + 3;
    while (key < endA && other < endB && this.isSameKey(key, other)) {
      if (!this.areEqual(key + 3, other + 3)) {
        this.needPlainKeys(i, j);
        return false;
      }
      key = nodesA[key + 5]!;
      other = nodesB[other + 5]!;
    }
    if (key === endA && other === endB) return true;
    this.needPlainKeys(i, j);
    return this.areEqualMembers(key, endA, other, endB);
  }

  /** In any order. */
  protected areEqualMembers(from: number, endA: number, other: number, endB: number): boolean {
    const { nodesA, nodesB } = this;
    const left = countMembers(nodesA, from, endA);
    if (left !== countMembers(nodesB, other, endB)) return false;
    if (left > MANY_KEYS) {
      const { of } = this.matchManyKeys(from, endA, keys(nodesB, other, endB));
      let next = 0;
      for (let key = from; key < endA; key = nodesA[key + 5]!) {
        const partner = of[next++]!;
        if (partner < 0 || !this.areEqual(key + 3, partner + 3)) return false;
      }
      return true;
    }
    for (let key = from; key < endA; key = nodesA[key + 5]!) {
      let partner = other;
      while (partner < endB && !this.isSameKey(key, partner)) partner = nodesB[partner + 5]!;
      if (partner === endB || !this.areEqual(key + 3, partner + 3)) return false;
    }
    return true;
  }

  protected areEqualScalars(i: number, j: number): boolean {
    if (isContainer(this.a, this.nodesA, i) || isContainer(this.b, this.nodesB, j)) return false;
    return jsonEqual(this.primaryValue(i), this.candidateValue(j));
  }

  /** For each key of the primary from `key` on that of the candidate, -1 without one, and those that are left. */
  protected matchKeys(key: number, endA: number, other: number, endB: number): { of: number[]; extra: number[] } {
    const { nodesA, nodesB } = this;
    const of: number[] = [];
    const extra = keys(nodesB, other, endB);
    if (extra.length > MANY_KEYS) return this.matchManyKeys(key, endA, extra);
    for (let at = key; at < endA; at = nodesA[at + 5]!) {
      let index = extra.length - 1;
      while (index >= 0 && !this.isSameKey(at, extra[index]!)) index--;
      of.push(index < 0 ? -1 : extra[index]!);
      if (index >= 0) extra.splice(index, 1);
    }
    return { of, extra };
  }

  protected matchManyKeys(key: number, endA: number, others: readonly number[]): { of: number[]; extra: number[] } {
    const left = new Map(others.map((other) => [text(this.b, this.nodesB, other), other]));
    const of: number[] = [];
    for (let at = key; at < endA; at = this.nodesA[at + 5]!) {
      const name = text(this.a, this.nodesA, at);
      of.push(left.get(name) ?? -1);
      left.delete(name);
    }
    return { of, extra: [...left.values()] };
  }

  /** Gives up unless the keys of both are what they look like, each is there once, and parsed objects keep their order. */
  protected needPlainKeys(i: number, j: number): void {
    if (!arePlain(this.a, this.nodesA, i, this.oddKeysA) || !arePlain(this.b, this.nodesB, j, this.oddKeysB))
      throw GIVE_UP;
  }

  protected primaryValue(i: number): Json {
    return value(this.a, this.nodesA, i);
  }

  protected candidateValue(j: number): Json {
    return value(this.b, this.nodesB, j);
  }

  protected isSameText(i: number, j: number): boolean {
    const { a, b } = this;
    const from = this.nodesA[i]!;
    const end = this.nodesA[i + 1]!;
    const other = this.nodesB[j]!;
    const otherEnd = this.nodesB[j + 1]!;
    if (end - from !== otherEnd - other) return false;
    const shift = other - from;
    const most = end - from > SHORT ? from + SHORT : end;
    for (let at = from; at < most; at++) if (a[at] !== b[at + shift]) return false;
    return most === end || a.compare(b, other + SHORT, otherEnd, most, end) === 0;
  }

  protected isSameKey(key: number, other: number): boolean {
    const { a, b } = this;
    const from = this.nodesA[key]! + 1;
    const end = this.nodesA[key + 1]! - 1;
    const shift = this.nodesB[other]! + 1 - from;
    if (this.nodesB[other + 1]! - 1 - shift !== end) return false;
    for (let at = from; at < end; at++) if (a[at] !== b[at + shift]) return false;
    return true;
  }
}

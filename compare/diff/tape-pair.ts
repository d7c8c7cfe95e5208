/** Two tapes side by side: which keys and values are the same, however they are written. */
import { jsonEqual } from './json-equal.ts';
import { agreement, areSameBytes, type JsonTape } from './json-tape.ts';
import { OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-tape-reader.ts';
import { hasPlainKeys, isCanonical, isContainer, keys, MANY_KEYS, name, value } from './tape-nodes.ts';

/** Thrown where tapes are not the way to compare these two. */
export const GIVE_UP = new Error('not this way');

/** Up to so many bytes, to look is as fast as to remember. */
const SHORT = 32;

export interface KeyPartners {
  /** For each key of the primary that of the candidate, -1 without one. */
  readonly of: readonly number[];
  /** Keys of the candidate that are nobody's. */
  readonly extra: readonly number[];
}

/** Nodes are offsets into the tapes: `i` and what is derived from it in the primary's, `j` in the candidate's. */
export class TapePair {
  protected readonly primary: JsonTape;
  protected readonly candidate: JsonTape;
  protected readonly nodesA: Int32Array;
  protected readonly nodesB: Int32Array;
  /** What was found last: from here to `agreesUntil` the candidate's bytes are the same, `shift` further on. */
  private agreesFrom = 0;
  private agreesUntil: number;
  private shift = 0;
  /** The bytes at `agreesUntil` are not. */
  private differsThere = true;

  /** @param candidate Read along the primary. */
  constructor(primary: JsonTape, candidate: JsonTape) {
    this.primary = primary;
    this.candidate = candidate;
    this.nodesA = primary.nodes;
    this.nodesB = candidate.nodes;
    this.agreesUntil = candidate.sameUntil;
  }

  /** As values, however they are written. */
  protected areEqual(i: number, j: number): boolean {
    if (this.isSameText(i, j)) return true;
    const { nodesA, nodesB } = this;
    const first = this.primary.bytes[nodesA[i]!]!;
    if (first !== this.candidate.bytes[nodesB[j]!]) return first !== QUOTE && this.areEqualScalars(i, j);
    if (first === OPEN_BRACE) return this.areEqualObjects(i, j);
    if (first !== OPEN_BRACKET) return this.areEqualScalars(i, j);
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

  private areEqualObjects(i: number, j: number): boolean {
    const { nodesA, nodesB } = this;
    const endA = nodesA[i + 2]!;
    const endB = nodesB[j + 2]!;
    let key = i + 3;
    let other = j + 3;
    while (key < endA && other < endB && this.isSameText(key, other)) {
      if (!this.areEqual(key + 3, other + 3)) {
        this.needPlainKeys(i, j);
        return false;
      }
      key = nodesA[key + 5]!;
      other = nodesB[other + 5]!;
    }
    if (key === endA && other === endB) return true;
    this.needPlainKeysOfPrimary(i);
    if (this.areEqualMembers(key, endA, other, endB)) return true;
    this.needPlainKeysOfCandidate(j);
    return false;
  }

  /** In any order; keys of the primary are there once, so if each has its partner and none is left, the others are too. */
  private areEqualMembers(from: number, endA: number, other: number, endB: number): boolean {
    const { nodesA } = this;
    const others = keys(this.candidate, other, endB);
    if (others.length > MANY_KEYS) return this.areEqualManyMembers(from, endA, others);
    let near = others.length;
    let step = -1;
    let left = others.length;
    for (let key = from; key < endA; key = nodesA[key + 5]!) {
      left--;
      const beside = near + step;
      if (beside >= 0 && beside < others.length && this.isSameMember(key, others[beside]!)) {
        near = beside;
        continue;
      }
      const found = this.findKey(key, others, near);
      if (found < 0 || !this.areEqual(key + 3, others[found]! + 3)) return false;
      step = found > near ? 1 : -1;
      near = found;
    }
    return left === 0;
  }

  private areEqualManyMembers(from: number, endA: number, others: readonly number[]): boolean {
    const { of, extra } = this.matchManyKeys(from, endA, others);
    let next = 0;
    for (let key = from; key < endA; key = this.nodesA[key + 5]!) {
      const partner = of[next++]!;
      if (partner < 0 || !this.areEqual(key + 3, partner + 3)) return false;
    }
    return extra.length === 0;
  }

  protected areEqualScalars(i: number, j: number): boolean {
    const { primary, candidate } = this;
    if (isContainer(primary, i) || isContainer(candidate, j)) return false;
    if (isCanonical(primary, i) && isCanonical(candidate, j)) return false;
    return jsonEqual(value(primary, i), value(candidate, j));
  }

  /** Of the keys from `key` and from `other` on, each of which is there once. */
  protected matchKeys(key: number, endA: number, other: number, endB: number): KeyPartners {
    const { nodesA } = this;
    const others = keys(this.candidate, other, endB);
    if (others.length > MANY_KEYS) return this.matchManyKeys(key, endA, others);
    const of: number[] = [];
    let near = others.length;
    let matched = 0;
    for (let at = key; at < endA; at = nodesA[at + 5]!) {
      const partner = this.findKey(at, others, near);
      of.push(partner < 0 ? -1 : others[partner]!);
      if (partner < 0) continue;
      near = partner;
      matched++;
    }
    const isAllMatched = matched === others.length;
    return { of, extra: isAllMatched ? [] : others.filter((one) => !of.includes(one)) };
  }

  /** Keys that are in another order are often in the same one but for a few, or in the reverse one. */
  private findKey(key: number, others: readonly number[], near: number): number {
    if (near + 1 < others.length && this.isSameKey(key, others[near + 1]!)) return near + 1;
    if (near > 0 && this.isSameKey(key, others[near - 1]!)) return near - 1;
    for (let at = 0; at < others.length; at++) if (this.isSameKey(key, others[at]!)) return at;
    return -1;
  }

  private matchManyKeys(key: number, endA: number, others: readonly number[]): KeyPartners {
    const left = new Map(others.map((other) => [name(this.candidate, other), other]));
    const of: number[] = [];
    for (let at = key; at < endA; at = this.nodesA[at + 5]!) {
      const known = name(this.primary, at);
      of.push(left.get(known) ?? -1);
      left.delete(known);
    }
    return { of, extra: [...left.values()] };
  }

  /** Gives up unless the keys of both are what they look like, each is there once, and parsed objects keep their order. */
  private needPlainKeys(i: number, j: number): void {
    this.needPlainKeysOfPrimary(i);
    this.needPlainKeysOfCandidate(j);
  }

  protected needPlainKeysOfPrimary(i: number): void {
    if (!hasPlainKeys(this.primary, i)) throw GIVE_UP;
  }

  /** Not needed where its keys are those of the primary. */
  protected needPlainKeysOfCandidate(j: number): void {
    if (!hasPlainKeys(this.candidate, j)) throw GIVE_UP;
  }

  /** The same bytes. */
  protected isSameText(i: number, j: number): boolean {
    const { nodesA, nodesB } = this;
    const from = nodesA[i]!;
    const end = nodesA[i + 1]!;
    const other = nodesB[j]!;
    const shift = other - from;
    if (nodesB[j + 1]! - end !== shift) return false;
    if (shift === this.shift && from >= this.agreesFrom) {
      if (end <= this.agreesUntil) return true;
      if (this.differsThere && from <= this.agreesUntil) return false;
    }
    if (end - from <= SHORT) {
      return areSameBytes(this.primary.view, from, this.candidate.view, other, end - from);
    }
    this.shift = shift;
    this.agreesFrom = from;
    this.agreesUntil = agreement(this.primary, this.candidate, from, end, shift);
    this.differsThere = this.agreesUntil < end;
    return !this.differsThere;
  }

  private isSameKey(key: number, other: number): boolean {
    return this.areSameBytes(this.nodesA[key]!, this.nodesA[key + 1]!, this.nodesB[other]!, this.nodesB[other + 1]!);
  }

  /** The same key with the same value, all written in the same way. */
  private isSameMember(key: number, other: number): boolean {
    return this.areSameBytes(this.nodesA[key]!, this.nodesA[key + 4]!, this.nodesB[other]!, this.nodesB[other + 4]!);
  }

  private areSameBytes(from: number, end: number, other: number, endOfOther: number): boolean {
    const length = end - from;
    return endOfOther - other === length && areSameBytes(this.primary.view, from, this.candidate.view, other, length);
  }
}

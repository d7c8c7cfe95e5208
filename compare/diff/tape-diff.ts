/**
 * The quick way through two JSON texts: both are read as tapes, and values are made only of what differs. It reports what
 * the whole comparison of the parsed texts would report, in the same order, and gives up where it could not: texts that are
 * not plainly valid JSON, and objects with repeated, escaped or numeric keys below which something differs.
 */

import type { Alignment } from './alignment.ts';
import { planAligned } from './array-plan.ts';
import type { Findings } from './difference.ts';
import { alignByKeys, FIELD_SAMPLE, type Stands } from './element-identity.ts';
import { EFFORT, JsonWalk } from './json-diff.ts';
import { Effort, jsonEqual } from './json-equal.ts';
import { parseJson } from './json-parse.ts';
import { JsonTape, type JsonText, OPEN_BRACE, OPEN_BRACKET } from './json-tape.ts';
import { readTapeAlong } from './json-tape-along.ts';
import { ExactNumber, type Json, numberFromText } from './json-value.ts';
import { type CompiledRules, hasRules, type RulePosition } from './rule-matcher.ts';

const tapes = { primary: new JsonTape(), candidate: new JsonTape() };

/** @returns false, having reported nothing: not this way. */
export function diffTapes(primary: JsonText, candidate: Buffer, rules: CompiledRules, findings: Findings): boolean {
  const before = findings.mark();
  try {
    if (!primary.readInto(tapes.primary) || !readTapeAlong(tapes.primary, candidate, tapes.candidate)) return false;
    const first = primary.bytes[tapes.primary.nodes[0]!];
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return false;
    new TapeWalk(tapes.primary, tapes.candidate, new JsonWalk(findings, new Effort(EFFORT))).compare(
      0,
      0,
      rules.body,
      0,
    );
    return true;
  } catch (error) {
    if (error !== GIVE_UP) throw error;
    findings.undoTo(before);
    return false;
  } finally {
    tapes.primary.release();
    tapes.candidate.release();
  }
}

const GIVE_UP = new Error('not this way');
/** Elements that are equal stand in for themselves; no number is written like this. */
const EQUAL_ELEMENT = new ExactNumber('', 'equal');
/** Up to so many bytes a loop is faster than a call. */
const SHORT = 32;
const MANY_KEYS = 24;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Nodes are offsets into the tapes: `i` and what is derived from it in the primary's, `j` in the candidate's. */
class TapeWalk {
  private readonly a: Buffer;
  private readonly b: Buffer;
  private readonly nodesA: Int32Array;
  private readonly nodesB: Int32Array;
  private readonly oddKeysA: boolean;
  private readonly oddKeysB: boolean;
  private readonly walk: JsonWalk;

  constructor(primary: JsonTape, candidate: JsonTape, walk: JsonWalk) {
    this.a = primary.bytes;
    this.b = candidate.bytes;
    this.nodesA = primary.nodes;
    this.nodesB = candidate.nodes;
    this.oddKeysA = primary.hasOddKeys;
    this.oddKeysB = candidate.hasOddKeys;
    this.walk = walk;
  }

  compare(i: number, j: number, position: RulePosition | undefined, depth: number): void {
    if (this.isSameText(i, j)) return;
    const first = this.a[this.nodesA[i]!]!;
    const isContainer = first === OPEN_BRACE || first === OPEN_BRACKET;
    if (!isContainer || first !== this.b[this.nodesB[j]!] || (position !== undefined && hasRules(position))) {
      this.walk.compare(this.primaryValue(i), this.candidateValue(j), position, depth);
    } else if (first === OPEN_BRACE) this.compareObjects(i, j, position, depth);
    else this.compareArrays(i, j, position, depth);
  }

  private compareObjects(i: number, j: number, position: RulePosition | undefined, depth: number): void {
    const { nodesA, nodesB } = this;
    const endA = nodesA[i + 2]!;
    const endB = nodesB[j + 2]!;
    this.needPlainKeys(i, j);
    let key = i + 3;
    let other = j + 3;
    for (; key < endA && other < endB && this.isSameKey(key, other); ) {
      this.compareMember(key, other, position, depth);
      key = nodesA[key + 5]!;
      other = nodesB[other + 5]!;
    }
    if (key === endA && other === endB) return;
    const partners = this.matchKeys(key, endA, other, endB);
    let next = 0;
    for (; key < endA; key = nodesA[key + 5]!) {
      const partner = partners.of[next++]!;
      if (partner >= 0) this.compareMember(key, partner, position, depth);
      else this.absent('missing', text(this.a, nodesA, key), this.primaryValue(key + 3), position);
    }
    for (const extra of partners.extra) {
      this.absent('extra', text(this.b, nodesB, extra), this.candidateValue(extra + 3), position);
    }
  }

  private compareMember(key: number, other: number, position: RulePosition | undefined, depth: number): void {
    if (this.isSameText(key + 3, other + 3)) return;
    const name = text(this.a, this.nodesA, key);
    this.walk.enter(name, name);
    this.compare(key + 3, other + 3, position?.step(name), depth + 1);
    this.walk.leave();
  }

  private absent(kind: 'missing' | 'extra', name: string | number, value: Json, position: RulePosition | undefined) {
    this.walk.enter(name, name);
    this.walk.absent(kind, value, position?.step(name));
    this.walk.leave();
  }

  /** For each key of the primary from `key` on that of the candidate, -1 without one, and those that are left. */
  private matchKeys(key: number, endA: number, other: number, endB: number): { of: number[]; extra: number[] } {
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

  private matchManyKeys(key: number, endA: number, others: readonly number[]): { of: number[]; extra: number[] } {
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
  private needPlainKeys(i: number, j: number): void {
    if (!arePlain(this.a, this.nodesA, i, this.oddKeysA) || !arePlain(this.b, this.nodesB, j, this.oddKeysB))
      throw GIVE_UP;
  }

  private compareArrays(i: number, j: number, position: RulePosition | undefined, depth: number): void {
    const one = elements(this.nodesA, i);
    const other = elements(this.nodesB, j);
    const shorter = Math.min(one.length, other.length);
    let from = 0;
    while (from < shorter && this.areEqual(one[from]!, other[from]!)) from++;
    if (from === one.length && from === other.length) return;
    let behind = 0;
    // Of arrays of one length, the elements at `from` are known to differ.
    const most = one.length === other.length ? shorter - from - 1 : shorter - from;
    while (behind < most && this.areEqual(one.at(-1 - behind)!, other.at(-1 - behind)!)) behind++;
    const end = one.length - behind;
    const endOfOther = other.length - behind;
    if (end === from + 1 && endOfOther === from + 1) {
      this.walk.enter(from, from);
      this.compare(one[from]!, other[from]!, position?.step(from), depth + 1);
      this.walk.leave();
    } else if (end === from || endOfOther === from) {
      this.walk.found('length', one.length, other.length);
      for (let at = from; at < end; at++) this.absent('missing', at, this.primaryValue(one[at]!), position);
      for (let at = from; at < endOfOther; at++) this.absent('extra', at, this.candidateValue(other[at]!), position);
    } else {
      this.compareMiddle(one, end, other, endOfOther, from, position, depth);
    }
  }

  /** Arrays that are equal before `from` and behind their ends. */
  private compareMiddle(
    one: readonly number[],
    end: number,
    other: readonly number[],
    endOfOther: number,
    from: number,
    position: RulePosition | undefined,
    depth: number,
  ): void {
    const alignment = this.alignById(one.slice(from, end), other.slice(from, endOfOther));
    if (alignment === undefined) {
      const values = this.middle(this.a, this.nodesA, one, from, end);
      const others = this.middle(this.b, this.nodesB, other, from, endOfOther);
      this.walk.compareArrays(values, others, position, depth);
      return;
    }
    const plan = planAligned(alignment, end - from, endOfOther - from, from);
    if (one.length !== other.length) this.walk.found('length', one.length, other.length);
    if (plan.moved) this.walk.found('order', plan.moved[0], plan.moved[1]);
    for (const [index, partner] of plan.pairs) {
      this.walk.enter(index, partner);
      this.compare(one[index]!, other[partner]!, position?.step(index), depth + 1);
      this.walk.leave();
    }
    for (const index of plan.missing) this.absent('missing', index, this.primaryValue(one[index]!), position);
    for (const index of plan.extra) this.absent('extra', index, this.candidateValue(other[index]!), position);
  }

  /** Undefined: it takes more than an id that all elements carry to align these. */
  private alignById(one: readonly number[], other: readonly number[]): Alignment | 'in-order' | undefined {
    const { a, b, nodesA, nodesB } = this;
    if (this.oddKeysA || this.oddKeysB) return undefined;
    for (const element of one) if (!isPlainObject(a, nodesA, element)) return undefined;
    for (const element of other) if (!isPlainObject(b, nodesB, element)) return undefined;
    const read = (name: string): Stands | undefined => {
      const bytes = Buffer.from(`"${name}"`);
      const values = standsAt(a, nodesA, one, bytes);
      const others = values && standsAt(b, nodesB, other, bytes);
      return others && { values: values!, others };
    };
    return alignByKeys(
      one.slice(0, FIELD_SAMPLE).map((element) => keyNames(a, nodesA, element)),
      one.length,
      other.length,
      read,
    );
  }

  /** The array with the elements from `from` to `end`; the others are equal to their counterparts. */
  private middle(bytes: Buffer, nodes: Int32Array, all: readonly number[], from: number, end: number): Json[] {
    const values = parseJson(`[${slice(bytes, nodes[all[from]!]!, nodes[all[end - 1]! + 1]!)}]`) as Json[];
    const array: Json[] = [];
    for (let at = 0; at < all.length; at++) array.push(at < from || at >= end ? EQUAL_ELEMENT : values[at - from]!);
    return array;
  }

  /** As values, however they are written. */
  private areEqual(i: number, j: number): boolean {
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

  private areEqualObjects(i: number, j: number): boolean {
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
  private areEqualMembers(from: number, endA: number, other: number, endB: number): boolean {
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

  private areEqualScalars(i: number, j: number): boolean {
    if (isContainer(this.a, this.nodesA, i) || isContainer(this.b, this.nodesB, j)) return false;
    return jsonEqual(this.primaryValue(i), this.candidateValue(j));
  }

  private primaryValue(i: number): Json {
    return value(this.a, this.nodesA, i);
  }

  private candidateValue(j: number): Json {
    return value(this.b, this.nodesB, j);
  }

  private isSameText(i: number, j: number): boolean {
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

  private isSameKey(key: number, other: number): boolean {
    const { a, b } = this;
    const from = this.nodesA[key]! + 1;
    const end = this.nodesA[key + 1]! - 1;
    const shift = this.nodesB[other]! + 1 - from;
    if (this.nodesB[other + 1]! - 1 - shift !== end) return false;
    for (let at = from; at < end; at++) if (a[at] !== b[at + shift]) return false;
    return true;
  }
}

/** An object in which every key is there once. */
function isPlainObject(bytes: Buffer, nodes: Int32Array, at: number): boolean {
  return bytes[nodes[at]!] === OPEN_BRACE && arePlain(bytes, nodes, at, false);
}

function keyNames(bytes: Buffer, nodes: Int32Array, object: number): string[] {
  const names: string[] = [];
  for (let key = object + 3; key < nodes[object + 2]!; key = nodes[key + 5]!) names.push(text(bytes, nodes, key));
  return names;
}

/** What stands at a key in each object, undefined where nothing does; undefined when one holds more than a scalar. */
function standsAt(bytes: Buffer, nodes: Int32Array, objects: readonly number[], name: Buffer): unknown[] | undefined {
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
function keys(nodes: Int32Array, from: number, end: number): number[] {
  const found: number[] = [];
  for (let key = from; key < end; key = nodes[key + 5]!) found.push(key);
  return found;
}

function countMembers(nodes: Int32Array, from: number, end: number): number {
  let count = 0;
  for (let key = from; key < end; key = nodes[key + 5]!) count++;
  return count;
}

function elements(nodes: Int32Array, array: number): number[] {
  const found: number[] = [];
  for (let at = array + 3, end = nodes[array + 2]!; at < end; at = nodes[at + 2]!) found.push(at);
  return found;
}

function isContainer(bytes: Buffer, nodes: Int32Array, at: number): boolean {
  const first = bytes[nodes[at]!];
  return first === OPEN_BRACE || first === OPEN_BRACKET;
}

/** Every key is there once, and as it is read. */
function arePlain(bytes: Buffer, nodes: Int32Array, object: number, mayBeOdd: boolean): boolean {
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
function text(bytes: Buffer, nodes: Int32Array, key: number): string {
  return slice(bytes, nodes[key]! + 1, nodes[key + 1]! - 1);
}

function value(bytes: Buffer, nodes: Int32Array, at: number): Json {
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

function slice(bytes: Buffer, from: number, end: number): string {
  return bytes.toString('utf8', from, end);
}

/**
 * The quick way through two JSON texts: both are read as tapes, and values are made only of what differs. It reports what
 * the whole comparison of the parsed texts would report, in the same order, and gives up where it could not: texts that are
 * not plainly valid JSON, and objects with repeated, escaped or numeric keys below which something differs.
 */

import type { Alignment } from './alignment.ts';
import { planAligned } from './array-plan.ts';
import { Excerpt, type Findings } from './difference.ts';
import { alignByKeys } from './element-identity.ts';
import { EFFORT, JsonWalk } from './json-diff.ts';
import { Effort } from './json-equal.ts';
import { parseJson } from './json-parse.ts';
import { JsonTape } from './json-tape.ts';
import { readTapeAlong } from './json-tape-along.ts';
import { OPEN_BRACE, OPEN_BRACKET } from './json-tape-reader.ts';
import type { JsonText } from './json-text.ts';
import { ExactNumber, type Json } from './json-value.ts';
import { type CompiledRules, hasRules, type RulePosition } from './rule-matcher.ts';
import { TapeElements } from './tape-elements.ts';
import { elements, isContainer, isPlainObject, name, slice, typeOnTape, value } from './tape-nodes.ts';
import { GIVE_UP, TapePair } from './tape-pair.ts';
import { previewOnTape } from './tape-preview.ts';

const tapes = { primary: new JsonTape(), candidate: new JsonTape() };

/** @returns false, having reported nothing: not this way. */
export function diffTapes(primary: JsonText, candidate: JsonText, rules: CompiledRules, findings: Findings): boolean {
  const before = findings.mark();
  try {
    if (!primary.readInto(tapes.primary) || !isContainer(tapes.primary, 0)) return false;
    if (!readTapeAlong(tapes.primary, candidate.bytes, tapes.candidate)) return false;
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

/** Elements that are equal stand in for themselves; no number is written like this. */
const EQUAL_ELEMENT = new ExactNumber('', 'equal');

/** Nodes of the primary are `i` and what is derived from it, `j` of the candidate. */
class TapeWalk extends TapePair {
  private readonly walk: JsonWalk;

  constructor(primary: JsonTape, candidate: JsonTape, walk: JsonWalk) {
    super(primary, candidate);
    this.walk = walk;
  }

  compare(i: number, j: number, position: RulePosition | undefined, depth: number): void {
    if (!this.isSameText(i, j)) this.compareTexts(i, j, position, depth);
  }

  /** They are written differently. */
  private compareTexts(i: number, j: number, position: RulePosition | undefined, depth: number): void {
    const { primary, candidate } = this;
    const first = primary.bytes[this.nodesA[i]!]!;
    const bothContainers =
      (first === OPEN_BRACE || first === OPEN_BRACKET) && first === candidate.bytes[this.nodesB[j]!];
    if (position !== undefined && hasRules(position)) {
      this.walk.compare(value(primary, i), value(candidate, j), position, depth);
    } else if (!bothContainers) this.compareScalars(i, j);
    else if (first === OPEN_BRACE) this.compareObjects(i, j, position, depth);
    else this.compareArrays(i, j, position, depth);
  }

  /** They are written differently, and at most one is no scalar. */
  private compareScalars(i: number, j: number): void {
    const { primary, candidate } = this;
    const isSameType = typeOnTape(primary, i) === typeOnTape(candidate, j);
    if (isSameType && this.areEqualScalars(i, j)) return;
    this.walk.found(isSameType ? 'value' : 'type', excerpt(primary, i), excerpt(candidate, j));
  }

  private compareObjects(i: number, j: number, position: RulePosition | undefined, depth: number): void {
    const { nodesA, nodesB } = this;
    const endA = nodesA[i + 2]!;
    const endB = nodesB[j + 2]!;
    this.needPlainKeysOfPrimary(i);
    let key = i + 3;
    let other = j + 3;
    while (key < endA && other < endB && this.isSameText(key, other)) {
      this.compareMember(key, other, position, depth);
      key = nodesA[key + 5]!;
      other = nodesB[other + 5]!;
    }
    if (key === endA && other === endB) return;
    this.needPlainKeysOfCandidate(j);
    const partners = this.matchKeys(key, endA, other, endB);
    let next = 0;
    for (; key < endA; key = nodesA[key + 5]!) {
      const partner = partners.of[next++]!;
      if (partner >= 0) this.compareMember(key, partner, position, depth);
      else this.absent('missing', name(this.primary, key), key + 3, position);
    }
    for (const extra of partners.extra) this.absent('extra', name(this.candidate, extra), extra + 3, position);
  }

  private compareMember(key: number, other: number, position: RulePosition | undefined, depth: number): void {
    if (this.isSameText(key + 3, other + 3)) return;
    const known = name(this.primary, key);
    this.walk.enter(known, known);
    this.compareTexts(key + 3, other + 3, position?.step(known), depth + 1);
    this.walk.leave();
  }

  /** @param at Of the tape that has it. */
  private absent(
    kind: 'missing' | 'extra',
    segment: string | number,
    at: number,
    position: RulePosition | undefined,
  ): void {
    const tape = kind === 'missing' ? this.primary : this.candidate;
    this.walk.enter(segment, segment);
    const found = isContainer(tape, at) ? excerpt(tape, at) : value(tape, at);
    this.walk.absent(kind, found, position?.step(segment));
    this.walk.leave();
  }

  private compareArrays(i: number, j: number, position: RulePosition | undefined, depth: number): void {
    const one = elements(this.primary, i);
    const other = elements(this.candidate, j);
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
      for (let at = from; at < end; at++) this.absent('missing', at, one[at]!, position);
      for (let at = from; at < endOfOther; at++) this.absent('extra', at, other[at]!, position);
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
      const values = this.middle(this.primary, one, from, end);
      const others = this.middle(this.candidate, other, from, endOfOther);
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
    for (const index of plan.missing) this.absent('missing', index, one[index]!, position);
    for (const index of plan.extra) this.absent('extra', index, other[index]!, position);
  }

  /** Undefined: it takes more than an id that all elements carry to align these. */
  private alignById(one: readonly number[], other: readonly number[]): Alignment | 'in-order' | undefined {
    const { primary, candidate } = this;
    for (const element of one) if (!isPlainObject(primary, element)) return undefined;
    for (const element of other) if (!isPlainObject(candidate, element)) return undefined;
    return alignByKeys(new TapeElements(primary, candidate, one, other));
  }

  /** The array with the elements from `from` to `end`; the others are equal to their counterparts. */
  private middle({ bytes, nodes }: JsonTape, all: readonly number[], from: number, end: number): Json[] {
    const values = parseJson(`[${slice(bytes, nodes[all[from]!]!, nodes[all[end - 1]! + 1]!)}]`) as Json[];
    const array: Json[] = [];
    for (let at = 0; at < all.length; at++) array.push(at < from || at >= end ? EQUAL_ELEMENT : values[at - from]!);
    return array;
  }
}

function excerpt(tape: JsonTape, at: number): Excerpt {
  return new Excerpt(previewOnTape(tape, at));
}

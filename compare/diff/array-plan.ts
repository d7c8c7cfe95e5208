/**
 * How two arrays are to be compared: which elements with which, which have no partner, and whether their order differs. An
 * element inserted in the middle is one element without partner, not a difference at everything behind it.
 */
import type { Alignment, IndexPair } from './alignment.ts';
import { alignElements } from './element-identity.ts';
import { type Effort, jsonEqual, jsonHash } from './json-equal.ts';
import { ExactNumber, isContainer, type Json, type JsonObject } from './json-value.ts';
import { pointerSegments } from './path.ts';

export interface ArrayPlan {
  /** To be compared further; pairs that are known to be equal are left out. */
  readonly pairs: readonly IndexPair[];
  readonly missing: readonly number[];
  readonly extra: readonly number[];
  /** The first element that stands out of order, if one does. */
  readonly moved?: IndexPair;
}

const NOTHING: ArrayPlan = { pairs: [], missing: [], extra: [] };

export function planOrdered(primary: readonly Json[], candidate: readonly Json[], effort: Effort): ArrayPlan {
  const shorter = Math.min(primary.length, candidate.length);
  if (primary.length === 1 && candidate.length === 1) return onePair(0);
  if (effort.exhausted) return matchedByPosition(primary.length, candidate.length);
  let from = 0;
  while (from < shorter && jsonEqual(primary[from]!, candidate[from]!, effort)) from++;
  if (from === primary.length && from === candidate.length) return NOTHING;
  let end = primary.length;
  let endOfCandidate = candidate.length;
  // Of arrays of one length, the elements at `from` are known to differ.
  const first = end === endOfCandidate ? from + 1 : from;
  while (
    end > first &&
    endOfCandidate > first &&
    jsonEqual(primary[end - 1]!, candidate[endOfCandidate - 1]!, effort)
  ) {
    end--;
    endOfCandidate--;
  }
  if (end === from + 1 && endOfCandidate === end) return onePair(from);
  if (end === from || endOfCandidate === from) {
    return { pairs: [], missing: range(from, end), extra: range(from, endOfCandidate) };
  }
  return planMiddle(primary.slice(from, end), candidate.slice(from, endOfCandidate), effort, from);
}

function onePair(index: number): ArrayPlan {
  return { pairs: [[index, index]], missing: [], extra: [] };
}

/** @param base What the first elements are counted from. */
function planMiddle(primary: readonly Json[], candidate: readonly Json[], effort: Effort, base: number): ArrayPlan {
  const alignment = alignElements(primary, candidate, effort) ?? 'in-order';
  return planAligned(alignment, primary.length, candidate.length, base);
}

/** Of so many elements on each side; `base` is what the first of them are counted from. */
export function planAligned(
  alignment: Alignment | 'in-order',
  length: number,
  lengthOfCandidate: number,
  base: number,
): ArrayPlan {
  const plan = new PlanInMaking(base);
  if (alignment === 'in-order') {
    plan.addGap(0, length, 0, lengthOfCandidate);
    return plan;
  }
  const { kept, moved } = alignment;
  for (const [index, partner] of kept) plan.add(index, partner);
  for (const [index, partner] of moved) plan.add(index, partner);
  if (moved.length > 0) plan.noteMoved(moved, length, lengthOfCandidate);
  // What is left between two kept pairs on both sides is one thing changed rather than one removed and another added.
  let index = 0;
  let partner = 0;
  for (const [nextIndex, nextPartner] of kept) {
    plan.addGap(index, nextIndex, partner, nextPartner);
    index = nextIndex + 1;
    partner = nextPartner + 1;
  }
  plan.addGap(index, length, partner, lengthOfCandidate);
  return plan;
}

class PlanInMaking implements ArrayPlan {
  readonly pairs: IndexPair[] = [];
  readonly missing: number[] = [];
  readonly extra: number[] = [];
  moved?: IndexPair;
  private readonly base: number;
  /** Elements that have a partner elsewhere; undefined while none has. */
  private taken: { readonly primary: boolean[]; readonly candidate: boolean[] } | undefined;

  constructor(base: number) {
    this.base = base;
  }

  add(index: number, partner: number): void {
    this.pairs.push([this.base + index, this.base + partner]);
  }

  noteMoved(moved: readonly IndexPair[], primaryLength: number, candidateLength: number): void {
    this.taken = {
      primary: new Array<boolean>(primaryLength).fill(false),
      candidate: new Array<boolean>(candidateLength).fill(false),
    };
    for (const [index, partner] of moved) {
      this.taken.primary[index] = true;
      this.taken.candidate[partner] = true;
    }
    this.moved = [this.base + moved[0]![0], this.base + moved[0]![1]];
  }

  /** Elements that have nothing but their place in common. */
  addGap(from: number, end: number, fromOfCandidate: number, endOfCandidate: number): void {
    let index = from;
    let partner = fromOfCandidate;
    for (;;) {
      while (index < end && this.taken?.primary[index]) index++;
      while (partner < endOfCandidate && this.taken?.candidate[partner]) partner++;
      if (index < end && partner < endOfCandidate) this.add(index++, partner++);
      else if (index < end) this.missing.push(this.base + index++);
      else if (partner < endOfCandidate) this.extra.push(this.base + partner++);
      else return;
    }
  }
}

/**
 * Order means nothing. Elements that are equal belong together, then those which `isHarmless` says differ in nothing that
 * counts, then those that resemble each other.
 */
export function planUnordered(
  primary: readonly Json[],
  candidate: readonly Json[],
  effort: Effort,
  isHarmless: (primary: Json, candidate: Json) => boolean,
): ArrayPlan {
  const free = new Map<string, number[]>();
  for (let index = candidate.length - 1; index >= 0; index--) add(free, standFor(candidate[index]!, effort), index);
  const left: number[] = [];
  const matched: IndexPair[] = [];
  primary.forEach((element, index) => {
    const same = free.get(standFor(element, effort));
    const isSame = (other: number) => !effort.exhausted && jsonEqual(element, candidate[other]!, effort);
    const at = same?.findLastIndex(isSame) ?? -1;
    if (at < 0) left.push(index);
    else matched.push([index, ...(same!.splice(at, 1) as [number])]);
  });
  const leftCandidate = [...free.values()].flat().sort((a, b) => a - b);
  const { harmless, unmatched, rest } = takeHarmless(left, leftCandidate, (index, other) =>
    isHarmless(primary[index]!, candidate[other]!),
  );
  const plan = planMiddle(
    unmatched.map((index) => primary[index]!),
    rest.map((index) => candidate[index]!),
    effort,
    0,
  );
  return {
    pairs: plan.pairs.map(([index, other]) => [unmatched[index]!, rest[other]!] as const),
    missing: plan.missing.map((index) => unmatched[index]!),
    extra: plan.extra.map((index) => rest[index]!),
    ...outOfOrder([...matched, ...harmless]),
  };
}

function outOfOrder(pairs: readonly IndexPair[]): { readonly moved?: IndexPair } {
  const sorted = pairs.toSorted(([a], [b]) => a - b);
  const moved = sorted.find(([, partner], at) => at > 0 && partner < sorted[at - 1]![1]);
  return moved ? { moved } : {};
}

/** Every element could match every other, so only few are tried. */
const MAX_TRIED = 32;

function takeHarmless(
  primary: readonly number[],
  candidate: readonly number[],
  isHarmless: (index: number, other: number) => boolean,
): { harmless: readonly IndexPair[]; unmatched: readonly number[]; rest: readonly number[] } {
  const rest = [...candidate];
  const harmless: IndexPair[] = [];
  const unmatched: number[] = [];
  for (const index of primary) {
    const tried = primary.length <= MAX_TRIED && candidate.length <= MAX_TRIED;
    const at = tried ? rest.findIndex((other) => isHarmless(index, other)) : -1;
    if (at < 0) unmatched.push(index);
    else harmless.push([index, ...(rest.splice(at, 1) as [number])]);
  }
  return { harmless, unmatched, rest };
}

/** Elements belong together by what stands at `key`; those without a key, or with one that repeats, by their occurrence. */
export function planKeyed(
  primary: readonly Json[],
  candidate: readonly Json[],
  key: string,
  effort: Effort,
): ArrayPlan {
  const segments = pointerSegments(key);
  const keyOf = (element: Json) => standFor(valueAt(element, segments), effort);
  const free = new Map<string, number[]>();
  for (let index = candidate.length - 1; index >= 0; index--) add(free, keyOf(candidate[index]!), index);
  const pairs: IndexPair[] = [];
  const missing: number[] = [];
  primary.forEach((element, index) => {
    const partner = free.get(keyOf(element))?.pop();
    if (partner === undefined) missing.push(index);
    else pairs.push([index, partner]);
  });
  return { pairs, missing, extra: [...free.values()].flat().sort((a, b) => a - b), ...outOfOrder(pairs) };
}

function standFor(value: Json | undefined, effort: Effort): string {
  if (value === undefined) return 'nothing';
  if (value instanceof ExactNumber) return `number ${value.key}`;
  return isContainer(value) ? `hash ${jsonHash(value, effort)}` : `${typeof value} ${value}`;
}

function valueAt(element: Json, segments: readonly string[]): Json | undefined {
  let value: Json | undefined = element;
  for (const segment of segments) {
    if (!isContainer(value) || !Object.hasOwn(value, segment)) return undefined;
    value = (value as JsonObject)[segment];
  }
  return value;
}

function matchedByPosition(length: number, lengthOfCandidate: number): ArrayPlan {
  const plan = new PlanInMaking(0);
  plan.addGap(0, length, 0, lengthOfCandidate);
  return plan;
}

function range(from: number, to: number): number[] {
  const numbers: number[] = [];
  for (let index = from; index < to; index++) numbers.push(index);
  return numbers;
}

function add(map: Map<string, number[]>, name: string, index: number): void {
  const list = map.get(name);
  if (list) list.push(index);
  else map.set(name, [index]);
}

/**
 * What an array's elements are, as numbers to align them by. Objects are recognised by an id that they carry, else by those
 * of their fields whose values mostly occur on both sides, so that a timestamp in every element does not make strangers of
 * them.
 */
import { type Alignment, align, alignDistinct } from './alignment.ts';
import { type Effort, jsonHash, mix } from './json-equal.ts';
import { ExactNumber, isObject, type Json, type JsonObject } from './json-value.ts';

interface Identities {
  readonly primary: Int32Array;
  readonly candidate: Int32Array;
}

const KEY_NAME =
  /^_?(?:id|uid|uuid|guid|key|sku|code|name|slug|ref|number|isbn|ean)$|(?:Id|ID|_id|-id|Key|Code|Uuid|Sku)$/;
const MAX_FIELDS = 24;
/** A field tells what an element is if at least this share of its values occurs on both sides. */
const MIN_COMMON = 0.5;
/** Elements whose keys are taken as the fields of all. */
const FIELD_SAMPLE = 3;

/** @returns undefined when nothing on one side resembles anything on the other. */
export function alignElements(
  primary: readonly Json[],
  candidate: readonly Json[],
  effort: Effort,
): Alignment | 'in-order' | undefined {
  if (!areObjects(primary) || !areObjects(candidate)) {
    effort.spend(primary.length + candidate.length);
    const { ids } = numbered(
      primary.map((element) => standFor(element, effort)),
      candidate.map((element) => standFor(element, effort)),
    );
    return align(ids.primary, ids.candidate);
  }
  if (haveSameIdsInOrder(primary, candidate)) return 'in-order';
  const columns: Column[] = [];
  // Keys first: with one of them, the other fields need not be looked at.
  const first = firstNames(primary.slice(0, 1));
  const byFirst = alignByNames(first, primary, candidate, columns, effort);
  if (byFirst) return byFirst;
  const names = firstNames(primary.slice(0, FIELD_SAMPLE));
  const byOthers = alignByNames(names.slice(first.length), primary, candidate, columns, effort);
  if (byOthers) return byOthers;
  for (const name of names) {
    if (isKeyName(name)) continue;
    const column = numbered(standsAt(name, primary, effort), standsAt(name, candidate, effort));
    if (column.shared >= leastCommon(primary, candidate)) columns.push(column);
  }
  if (columns.length === 0) return undefined;
  const ids = combine(columns, primary.length, candidate.length);
  return align(ids.primary, ids.candidate);
}

/** Of both arrays' lengths, the values that a field must have in common to tell what an element is. */
function leastCommon({ length }: { readonly length: number }, other: { readonly length: number }): number {
  return MIN_COMMON * Math.min(length, other.length);
}

/** @param columns Takes what stands at those names that tell something, but not enough. */
function alignByNames(
  names: readonly string[],
  primary: readonly JsonObject[],
  candidate: readonly JsonObject[],
  columns: Column[],
  effort: Effort,
): Alignment | undefined {
  const least = leastCommon(primary, candidate);
  for (const name of names) {
    if (!isKeyName(name)) continue;
    const values = standsAt(name, primary, effort);
    const others = standsAt(name, candidate, effort);
    const partners = distinctPartners(values, others);
    if (partners && countPartners(partners) >= least) return alignDistinct(partners);
    if (partners) continue;
    const column = numbered(values, others);
    if (column.shared >= least) columns.push(column);
  }
  return undefined;
}

function areObjects(elements: readonly Json[]): elements is readonly JsonObject[] {
  for (const element of elements) if (!isObject(element)) return false;
  return true;
}

/** Both of the same length, and element for element with the same id: nothing has to be searched. */
function haveSameIdsInOrder(primary: readonly JsonObject[], candidate: readonly JsonObject[]): boolean {
  if (primary.length !== candidate.length) return false;
  for (const name in primary[0]) if (isKeyName(name) && haveSameIn(primary, candidate, name)) return true;
  return false;
}

function haveSameIn(primary: readonly JsonObject[], candidate: readonly JsonObject[], name: string): boolean {
  for (let index = 0; index < primary.length; index++) {
    const id = primary[index]![name];
    if (!isScalar(id) || id !== candidate[index]![name]) return false;
  }
  return true;
}

/** What stands at one key in each element of both sides. */
export interface Stands {
  readonly values: readonly unknown[];
  readonly others: readonly unknown[];
}

/** Objects that are not parsed. */
export interface UnparsedElements {
  readonly length: number;
  readonly lengthOfCandidate: number;
  /** Of the primary's first element. */
  readonly names: readonly string[];
  /** Undefined when what stands at a key is no scalar everywhere. */
  read(name: string): Stands | undefined;
}

/**
 * The same for objects that are not parsed, as far as keys alone decide.
 *
 * @returns undefined when the elements have to be parsed.
 */
export function alignByKeys(elements: UnparsedElements): Alignment | 'in-order' | undefined {
  const { length, lengthOfCandidate, names } = elements;
  const known: Stands[] = [];
  if (length === lengthOfCandidate) {
    for (const name of names) {
      if (!isKeyName(name)) continue;
      const found = elements.read(name);
      if (!found) return undefined;
      if (areSameScalars(found)) return 'in-order';
      known.push(found);
    }
  }
  const least = MIN_COMMON * Math.min(length, lengthOfCandidate);
  let isKnown = 0;
  const mostNames = Math.min(names.length, MAX_FIELDS);
  for (let at = 0; at < mostNames; at++) {
    const name = names[at]!;
    if (!isKeyName(name)) continue;
    const found = known[isKnown++] ?? elements.read(name);
    const partners = found && distinctPartners(found.values, found.others);
    if (!partners) return undefined;
    if (countPartners(partners) >= least) return alignDistinct(partners);
  }
  return undefined;
}

function areSameScalars({ values, others }: Stands): boolean {
  for (let index = 0; index < values.length; index++) {
    if (!isScalar(values[index] as Json) || values[index] !== others[index]) return false;
  }
  return true;
}

/** What stands at `name` in each element: a scalar itself, anything with parts as a text that stands for it. */
function standsAt(name: string, elements: readonly JsonObject[], effort: Effort): unknown[] {
  effort.spend(elements.length);
  const stands: unknown[] = [];
  for (const element of elements) {
    stands.push(Object.hasOwn(element, name) ? standFor(element[name], effort) : undefined);
  }
  return stands;
}

/** A collision of hashes only pairs elements that then differ. */
function standFor(value: Json | undefined, effort: Effort): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof ExactNumber) return `number ${value.key}`;
  return `hash ${jsonHash(value, effort)}`;
}

/** Up to so many comparisons cost less than a map. */
const FEW_COMPARISONS = 256;

/** For each value its place among the others, -1 without one; undefined when a value occurs twice on one side. */
function distinctPartners(values: readonly unknown[], others: readonly unknown[]): number[] | undefined {
  const few = values.length * values.length + others.length * others.length <= FEW_COMPARISONS;
  if (few ? repeats(values) || repeats(others) : new Set(values).size < values.length) return undefined;
  const partners: number[] = [];
  if (few) {
    for (const value of values) partners.push(others.indexOf(value));
    return partners;
  }
  const places = new Map<unknown, number>();
  for (let index = 0; index < others.length; index++) places.set(others[index], index);
  if (places.size < others.length) return undefined;
  for (const value of values) partners.push(places.get(value) ?? -1);
  return partners;
}

function repeats(values: readonly unknown[]): boolean {
  for (let index = 1; index < values.length; index++) if (values.indexOf(values[index]) < index) return true;
  return false;
}

function countPartners(partners: readonly number[]): number {
  let count = 0;
  for (const partner of partners) if (partner >= 0) count++;
  return count;
}

/** Bounded, because keys can be any text. */
const MAX_REMEMBERED = 2_000;
const remembered = new Map<string, boolean>();

function isKeyName(name: string): boolean {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const isKey = KEY_NAME.test(name);
  remembered.set(name, isKey);
  return isKey;
}

function firstNames(elements: readonly JsonObject[]): string[] {
  const names: string[] = [];
  for (const element of elements) {
    for (const name in element) {
      if (names.length === MAX_FIELDS) return names;
      if (!names.includes(name)) names.push(name);
    }
  }
  return names;
}

function isScalar(value: Json | undefined): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

interface Column {
  readonly ids: Identities;
  /** Elements of the primary whose value also occurs in the candidate. */
  readonly shared: number;
}

/** Numbers equal values alike. */
function numbered(values: readonly unknown[], others: readonly unknown[]): Column {
  const numbers = new Map<unknown, number>();
  const number = (value: unknown) => {
    const known = numbers.get(value) ?? numbers.size;
    numbers.set(value, known);
    return known;
  };
  const ids = { primary: Int32Array.from(values, number), candidate: Int32Array.from(others, number) };
  const distinct = new Set(ids.candidate);
  let shared = 0;
  for (const id of ids.primary) if (distinct.has(id)) shared++;
  return { ids, shared };
}

function combine(columns: readonly Column[], primaryLength: number, candidateLength: number): Identities {
  const side = (length: number, of: (column: Column) => Int32Array) => {
    const ids = new Int32Array(length);
    for (const column of columns) {
      const values = of(column);
      for (let index = 0; index < length; index++) ids[index] = mix(ids[index]!, values[index]! + 1);
    }
    return ids;
  };
  return {
    primary: side(primaryLength, ({ ids }) => ids.primary),
    candidate: side(candidateLength, ({ ids }) => ids.candidate),
  };
}

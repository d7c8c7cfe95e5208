/**
 * What an array's elements are, as numbers to align them by. Objects are recognised by an id that they carry, else by those
 * of their fields whose values mostly occur on both sides, so that a timestamp in every element does not make strangers of
 * them.
 */
import { type Effort, jsonHash, mix } from './json-equal.ts';
import { ExactNumber, isObject, type Json, type JsonObject } from './json-value.ts';

export interface Identities {
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

/** Both of the same length, and element for element with the same id: nothing has to be searched. */
export function haveSameIdsInOrder(primary: readonly Json[], candidate: readonly Json[]): boolean {
  const first = primary[0];
  if (primary.length !== candidate.length || !isObject(first)) return false;
  for (const name in first) {
    if (!KEY_NAME.test(name)) continue;
    const same = primary.every((element, index) => {
      const other = candidate[index]!;
      return isObject(element) && isObject(other) && isScalar(element[name]) && element[name] === other[name];
    });
    if (same) return true;
  }
  return false;
}

/** @returns undefined when nothing on one side resembles anything on the other. */
export function identify(primary: readonly Json[], candidate: readonly Json[], effort: Effort): Identities | undefined {
  if (!primary.every(isObject) || !candidate.every(isObject)) {
    const { ids } = new Interner(effort).column(primary, candidate);
    return ids;
  }
  const objects = primary as readonly JsonObject[];
  const others = candidate as readonly JsonObject[];
  const names = fieldNames(objects);
  const columns: Column[] = [];
  // Keys first: with one of them, the other fields need not be looked at.
  for (const name of [...names.filter(isKeyName), ...names.filter((name) => !isKeyName(name))]) {
    const read = (element: JsonObject) => (Object.hasOwn(element, name) ? element[name] : undefined);
    const column = new Interner(effort).column(objects.map(read), others.map(read));
    if (column.shared < MIN_COMMON * Math.min(primary.length, candidate.length)) continue;
    if (column.isUnique && isKeyName(name)) return column.ids;
    columns.push(column);
  }
  return columns.length > 0 ? combine(columns, primary.length, candidate.length) : undefined;
}

function isKeyName(name: string): boolean {
  return KEY_NAME.test(name);
}

function fieldNames(elements: readonly JsonObject[]): string[] {
  const names = new Set<string>();
  for (const element of elements.slice(0, FIELD_SAMPLE)) for (const name in element) names.add(name);
  return [...names].slice(0, MAX_FIELDS);
}

function isScalar(value: Json | undefined): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

interface Column {
  readonly ids: Identities;
  /** Elements of the primary whose value also occurs in the candidate. */
  readonly shared: number;
  /** No value occurs twice on one side. */
  readonly isUnique: boolean;
}

/** Numbers equal values alike. */
class Interner {
  private readonly effort: Effort;
  private readonly numbers = new Map<unknown, number>();

  constructor(effort: Effort) {
    this.effort = effort;
  }

  column(primary: ReadonlyArray<Json | undefined>, candidate: ReadonlyArray<Json | undefined>): Column {
    const ids = {
      primary: Int32Array.from(primary, (value) => this.number(value)),
      candidate: Int32Array.from(candidate, (value) => this.number(value)),
    };
    const distinct = new Set(ids.candidate);
    let shared = 0;
    for (const id of ids.primary) if (distinct.has(id)) shared++;
    const isUnique = distinct.size === candidate.length && new Set(ids.primary).size === primary.length;
    return { ids, shared, isUnique };
  }

  private number(value: Json | undefined): number {
    this.effort.spend(1);
    const stand = this.stand(value);
    const known = this.numbers.get(stand);
    if (known !== undefined) return known;
    const next = this.numbers.size;
    this.numbers.set(stand, next);
    return next;
  }

  /** A scalar stands for itself; what has parts, for its hash (a collision only pairs elements that then differ). */
  private stand(value: Json | undefined): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof ExactNumber) return `number ${value.key}`;
    return `hash ${jsonHash(value, this.effort)}`;
  }
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

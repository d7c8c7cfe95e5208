import type { PolicyDocument } from './schema.ts';

/**
 * A document in the pieces that file and API change independently: each service, segment and mirror, and every other
 * top-level key as a whole. Two pieces are the same when their data is, in the same order (the order of a mirror's
 * segments decides).
 */
const NAMED = ['services', 'segments', 'mirrors'] as const;

/** `mirrors.orders` -> its data as JSON text. */
export type Entries = ReadonlyMap<string, string>;

export function toEntries(document: PolicyDocument): Entries {
  const entries = new Map<string, string>();
  for (const [key, value] of Object.entries(document)) {
    if (value === undefined) continue;
    if (!isNamed(key)) {
      entries.set(key, JSON.stringify(value));
      continue;
    }
    for (const [name, child] of Object.entries(value)) entries.set(`${key}.${name}`, JSON.stringify(child));
  }
  return entries;
}

export function fromEntries(entries: Entries): PolicyDocument {
  const document: Record<string, unknown> = {};
  for (const [key, text] of entries) {
    const dot = key.indexOf('.');
    if (dot < 0) {
      document[key] = JSON.parse(text);
      continue;
    }
    const section = key.slice(0, dot);
    document[section] = { ...(document[section] as object), [key.slice(dot + 1)]: JSON.parse(text) };
  }
  return document as PolicyDocument;
}

/** The keys in which two documents differ. */
export function changedKeys(before: Entries, after: Entries): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key));
}

/** `onto` with the change from `before` to `after`; entries outside that change stay as they are. */
export function applyChange(before: Entries, after: Entries, onto: Entries): Entries {
  const result = new Map(onto);
  for (const key of changedKeys(before, after)) {
    const text = after.get(key);
    if (text === undefined) result.delete(key);
    else result.set(key, text);
  }
  return result;
}

/** `current` without the change from `before` to `after`, except where a later change has already replaced it. */
export function revertChange(before: Entries, after: Entries, current: Entries): Entries {
  const untouched = changedKeys(before, after).filter((key) => current.get(key) === after.get(key));
  const result = new Map(current);
  for (const key of untouched) {
    const text = before.get(key);
    if (text === undefined) result.delete(key);
    else result.set(key, text);
  }
  return result;
}

function isNamed(key: string): boolean {
  return (NAMED as readonly string[]).includes(key);
}

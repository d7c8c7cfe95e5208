/** Which rule, if any, declares the difference between two scalars harmless. */
import { ExactNumber, type Json } from './json-value.ts';
import type { Rule, ValueFormat } from './rule.ts';
import type { RulesHere } from './rule-matcher.ts';

export function harmlessBy(rules: RulesHere, primary: Json, candidate: Json): Rule | undefined {
  if (rules.ignore) return rules.ignore;
  if (rules.format && hasFormat(primary, rules.format.format) && hasFormat(candidate, rules.format.format)) {
    return rules.format;
  }
  if (rules.tolerance && isWithin(rules.tolerance, primary, candidate)) return rules.tolerance;
  return undefined;
}

/** What doubles lose in decimals such as 1.01 - 1 must not decide. */
const ROUNDING = 8 * Number.EPSILON;

function isWithin(by: { absolute?: number; relative?: number }, primary: Json, candidate: Json): boolean {
  if ((typeof primary === 'string') !== (typeof candidate === 'string')) return false;
  const one = decimal(primary);
  const other = decimal(candidate);
  if (one === undefined || other === undefined) return false;
  const larger = Math.max(Math.abs(one), Math.abs(other));
  const allowed = Math.max(by.absolute ?? 0, (by.relative ?? 0) * larger);
  return Math.abs(one - other) <= allowed + larger * ROUNDING;
}

function decimal(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  const text = value instanceof ExactNumber ? value.text : value;
  if (typeof text !== 'string' || text.length > 400 || !/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text))
    return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

const PATTERNS: Record<Exclude<ValueFormat, 'number' | 'string' | 'timestamp'>, RegExp> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  uuid: /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  ulid: /^[0-7][\dA-HJKMNP-TV-Z]{25}$/i,
  hash: /^(?:[a-z\d]+[:-])?(?:[\da-f]{16}|[\da-f]{32}|[\da-f]{40}|[\da-f]{56}|[\da-f]{64}|[\da-f]{96}|[\da-f]{128})$/i,
};
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?$/i;
const HTTP_TIME = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|[+-]\d{4})$/;
/** 2001-09-09 to 2100: what a count of seconds, milliseconds, micro- or nanoseconds since 1970 can be. */
const EPOCH_SECONDS = { from: 1e9, to: 4_102_444_800 };

export function hasFormat(value: Json, format: ValueFormat): boolean {
  switch (format) {
    case 'string':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' || value instanceof ExactNumber;
    case 'timestamp':
      return isTimestamp(value);
    default:
      return typeof value === 'string' && PATTERNS[format].test(value);
  }
}

function isTimestamp(value: Json): boolean {
  if (typeof value === 'string' && (ISO_TIME.test(value) || HTTP_TIME.test(value))) return true;
  const count = decimal(value);
  return (
    count !== undefined &&
    [1, 1e3, 1e6, 1e9].some((unit) => count >= EPOCH_SECONDS.from * unit && count < EPOCH_SECONDS.to * unit)
  );
}

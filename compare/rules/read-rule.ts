import { didYouMean, type InputProblem, ShadowplaneError } from '../../errors/index.ts';
import { FIELD_PATH_HINT, isFieldPath, RULE_EFFECTS, VALUE_FORMATS } from '../../xds-server/policy/index.ts';
import type { Rule, RuleEffect } from '../diff/index.ts';

/** What makes a rule beside what a user writes. */
export interface RuleOrigin {
  readonly id: string;
  readonly author: string;
  readonly nowMs: number;
  /** For a rule that nobody will find later, and that may therefore lack one. */
  readonly reason?: string;
}

const EFFECTS: Readonly<Record<RuleEffect['effect'], readonly string[]>> = RULE_EFFECTS;
const COMMON_KEYS = ['effect', 'path', 'endpoint', 'reason', 'expiresAt'];
const MAX_TEXT = 1_000;

/**
 * Reads a rule as users write it: `{effect, path, reason, endpoint?, expiresAt?}` and what the effect takes. `expiresAt` is
 * a date or time (ISO 8601) in the future.
 *
 * @throws ShadowplaneError REQUEST_INVALID that names each wrong part
 */
export function readRule(input: unknown, { id, author, nowMs, reason: fallback }: RuleOrigin): Rule {
  const reader = new Reader(input, fallback);
  const effect = reader.oneOf('effect', Object.keys(EFFECTS) as RuleEffect['effect'][]);
  const path = reader.text('path', 'a JSON Pointer such as /items/*/price, :status or header:NAME');
  const reason = reader.text('reason', 'why this is harmless, for whoever finds the rule later');
  const endpoint = reader.optionalText('endpoint');
  const expiresAtMs = reader.time('expiresAt', nowMs);
  if (path !== undefined && !isFieldPath(path)) reader.problem('path', FIELD_PATH_HINT);
  reader.refuseUnknown([...COMMON_KEYS, ...(effect ? EFFECTS[effect] : Object.values(EFFECTS).flat())]);
  const details = effect && readEffect(effect, reader);
  reader.finish();
  return {
    ...details!,
    id,
    path: path!,
    reason: reason!,
    author,
    ...(endpoint !== undefined && { endpoint }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  };
}

function readEffect(effect: RuleEffect['effect'], reader: Reader): RuleEffect {
  switch (effect) {
    case 'tolerance': {
      const absolute = reader.positive('absolute');
      const relative = reader.positive('relative');
      if (absolute === undefined && relative === undefined)
        reader.problem('absolute', 'or relative is needed, or both');
      return { effect, ...(absolute !== undefined && { absolute }), ...(relative !== undefined && { relative }) };
    }
    case 'format':
      return { effect, format: reader.oneOf('format', VALUE_FORMATS)! };
    case 'keyed': {
      const key = reader.text('key', 'a JSON Pointer within an element, such as /sku');
      if (key !== undefined && !key.startsWith('/')) reader.problem('key', 'must begin with "/", such as /sku');
      return { effect, key: key! };
    }
    default:
      return { effect };
  }
}

class Reader {
  readonly #input: Readonly<Record<string, unknown>>;
  readonly #problems: InputProblem[] = [];

  constructor(input: unknown, reason: string | undefined) {
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
    if (!isObject) this.#problems.push({ path: '', message: 'a rule is an object with effect, path and reason' });
    this.#input = { ...(reason !== undefined && { reason }), ...(isObject && (input as Record<string, unknown>)) };
  }

  problem(path: string, message: string): void {
    if (!this.#problems.some((known) => known.path === path)) this.#problems.push({ path, message });
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T | undefined {
    const value = this.#input[key];
    if (allowed.includes(value as T)) return value as T;
    const hint = typeof value === 'string' ? didYouMean(value, allowed) : '';
    this.problem(key, `must be ${allowed.join(', ')}${hint}`);
    return undefined;
  }

  text(key: string, what: string): string | undefined {
    const value = this.#input[key];
    const mayBeEmpty = key === 'path';
    if (typeof value === 'string' && value.length <= MAX_TEXT && (mayBeEmpty || value.trim() !== '')) return value;
    this.problem(key, `must be text of at most ${MAX_TEXT} characters: ${what}`);
    return undefined;
  }

  optionalText(key: string): string | undefined {
    return this.#input[key] === undefined ? undefined : this.text(key, 'an endpoint such as GET /api/orders/{id}');
  }

  positive(key: string): number | undefined {
    const value = this.#input[key];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    this.problem(key, 'must be a number above 0');
    return undefined;
  }

  time(key: string, nowMs: number): number | undefined {
    const value = this.#input[key];
    if (value === undefined || value === null) return undefined;
    const ms = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(ms)) this.problem(key, 'must be a date or time such as 2030-01-31 or 2030-01-31T12:00:00Z');
    else if (ms <= nowMs) this.problem(key, 'must be in the future');
    return ms;
  }

  refuseUnknown(known: readonly string[]): void {
    for (const key of Object.keys(this.#input)) {
      if (!known.includes(key)) {
        this.problem(
          key,
          `there is no key ${JSON.stringify(key)} here${didYouMean(key, known) || `; known: ${known.join(', ')}`}`,
        );
      }
    }
  }

  finish(): void {
    if (this.#problems.length === 0) return;
    const lines = this.#problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    throw new ShadowplaneError('REQUEST_INVALID', lines.join('; '), { problems: this.#problems });
  }
}

import Type, { type TSchema } from 'typebox';
import { BOUNDS } from '../defaults.ts';
import type { FormatName } from '../formats.ts';
import type { EnvoyJson } from '../model.ts';
import { formatDuration } from '../units.ts';

/** The building blocks of the document's schema; each has its bound. */

/** At most 63 characters. Names become parts of names in Envoy, where `/` and `.` separate them. */
export const NAME_PATTERN = '^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$';

export const closed = { additionalProperties: false } as const;

export function text(description: string, options: Record<string, unknown> = {}) {
  return Type.String({ description, maxLength: BOUNDS.stringLength, ...options });
}

/** A scalar with a syntax of its own; formats.ts reads it. */
export function formatted(format: FormatName, description: string, options: Record<string, unknown> = {}) {
  return text(description, { format, ...options });
}

export function named<T extends TSchema>(schema: T, description: string, maxProperties: number) {
  return Type.Record(Type.String({ pattern: NAME_PATTERN }), schema, { ...closed, description, maxProperties });
}

export function list<T extends TSchema>(item: T, description: string, options: Record<string, unknown> = {}) {
  return Type.Array(item, { description, maxItems: BOUNDS.listItems, ...options });
}

export function duration(description: string, defaultMs?: number, format: FormatName = 'duration') {
  const fallback = defaultMs === undefined ? {} : { default: defaultMs === 0 ? '0s' : formatDuration(defaultMs) };
  return Type.Optional(formatted(format, description, { ...fallback, examples: ['5s', '200ms'] }));
}

export function flag(description: string, fallback: boolean) {
  return Type.Optional(Type.Boolean({ description, default: fallback }));
}

export function count(description: string, fallback: number, minimum: number, maximum: number) {
  return Type.Optional(Type.Integer({ description, default: fallback, minimum, maximum }));
}

export const EnvoyObject = Type.Unsafe<EnvoyJson>({ type: 'object', description: 'Envoy configuration as ProtoJSON.' });

export const name = (description: string) => text(description, { pattern: NAME_PATTERN });
export const file = (description: string) => text(description, { minLength: 1 });

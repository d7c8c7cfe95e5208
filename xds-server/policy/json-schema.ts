import { FORMATS } from './formats.ts';
import { DEFINITIONS, PolicySchema } from './schema.ts';

/**
 * The document as JSON Schema for editors and tools. Formats of our own are written as `x-format`, because validators
 * refuse formats they do not know; what only our parser checks (references, ranges of durations) is not in it.
 */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  const portable = toPortable({ ...PolicySchema, $defs: DEFINITIONS }) as Record<string, unknown>;
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...portable };
}

/** A schema without what only our own checker understands. */
export function toPortable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toPortable);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).flatMap(([key, value]): Array<[string, unknown]> => {
    if (key === 'x-misplaced') return [];
    if (key === 'format' && typeof value === 'string' && Object.hasOwn(FORMATS, value)) return [['x-format', value]];
    return [[key, toPortable(value)]];
  });
  return Object.fromEntries(entries);
}

import { expect, it } from 'vitest';
import { DEFINITIONS, PolicySchema } from './schema.ts';

/** What check-shape.ts acts on, and what is only there to be read. */
const CHECKED = [
  ...['$ref', 'anyOf', 'enum', 'const', 'type', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['items', 'minItems', 'maxItems', 'properties', 'patternProperties', 'required', 'maxProperties', 'x-misplaced'],
  'additionalProperties',
];
const READ = ['description', 'default', 'examples', 'title', '$defs'];
/** Their values map names to schemas, or are no schemas at all. */
const MAPS = ['properties', 'patternProperties', '$defs'];
const DATA = ['default', 'examples', 'enum', 'const', 'required', 'x-misplaced'];

function keywordsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keywordsOf);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (DATA.includes(keyword)) return [keyword];
    return [keyword, ...keywordsOf(MAPS.includes(keyword) ? Object.values(value) : value)];
  });
}

it('uses only keywords that the shape check knows, or that are only there to be read', () => {
  const used = new Set(keywordsOf([PolicySchema, ...Object.values(DEFINITIONS)]));
  expect(used.size).toBeGreaterThan(15);
  expect([...used].filter((keyword) => !CHECKED.includes(keyword) && !READ.includes(keyword))).toEqual([]);
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Shape } from './check-shape.ts';
import { parsePolicyFile } from './parse-policy-file.ts';
import { DEFINITIONS, PolicySchema } from './schema.ts';

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

/** Keys of the tables: `mirrors.NAME.limits.timeout` -> what the default column says, if the table has one. */
const rows = new Map(
  [...page.matchAll(/^\| `([a-zA-Z0-9.]+)` +\| ([^|]*)\|/gm)].map(([, key, second]) => [key!, second!.trim()]),
);

/** Every key that the schema knows, with its default. What contains other keys may do without a row. */
function keysOf(schema: Shape, at = ''): Map<string, { fallback: unknown; isLeaf: boolean }> {
  const keys = new Map<string, { fallback: unknown; isLeaf: boolean }>();
  const resolved = schema.$ref ? (DEFINITIONS.Condition as Shape) : schema;
  const named = Object.values(resolved.patternProperties ?? {})[0];
  const isNamed = named && (named.properties || named.$ref);
  const children = isNamed ? keysOf(named, `${at}NAME.`) : new Map();
  for (const variant of resolved.anyOf ?? []) for (const entry of keysOf(variant, at)) children.set(...entry);
  for (const [key, child] of Object.entries(resolved.properties ?? {})) {
    // Conditions contain conditions; once is enough.
    const below = child.$ref && at !== '' ? new Map() : keysOf(child, `${at}${key}.`);
    keys.set(`${at}${key}`, { fallback: (child as { default?: unknown }).default, isLeaf: below.size === 0 });
    for (const entry of below) children.set(...entry);
  }
  return new Map([...keys, ...children]);
}

describe('docs/configuration.md', () => {
  const keys = keysOf(PolicySchema as Shape);

  it('explains every key', () => {
    const leaves = [...keys].filter(([, { isLeaf }]) => isLeaf).map(([key]) => key);
    expect(leaves.length).toBeGreaterThan(60);
    expect(leaves.filter((key) => !rows.has(key))).toEqual([]);
  });

  it('explains no key that does not exist', () => {
    expect([...rows.keys()].filter((key) => !keys.has(key))).toEqual([]);
  });

  it('gives every default as it is', () => {
    const wrong = [...keys]
      .filter(([key, { fallback }]) => fallback !== undefined && rows.has(key))
      .map(([key, { fallback }]) => [key, Array.isArray(fallback) ? `[${fallback}]` : String(fallback), rows.get(key)!])
      .filter(([, fallback, written]) => !written!.startsWith(`\`${fallback}\``));
    expect(wrong).toEqual([]);
  });

  it('has examples that are valid', () => {
    const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);
    const documents = examples.filter((text) => !text.startsWith('# yaml-language-server'));
    expect(documents.length).toBeGreaterThanOrEqual(6);
    for (const text of documents) expect(() => parsePolicyFile(text, 'docs/configuration.md')).not.toThrow();
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

/** The alerts that people copy out of docs/operations.md: one that asks for a series which is not there is silent for ever. */
const ROOT = join(import.meta.dirname, '..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

function sources(room: string): string[] {
  return readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(ROOT, room, file), 'utf8'));
}

it('asks only for series that the control plane has', () => {
  const names = [...new Set(DOCUMENT.match(/\bshadowplane_[a-z_]+/g))];
  expect(names.length).toBeGreaterThan(8);
  const code = ['compare', 'xds-server'].flatMap(sources).join('\n');
  // The rooms' own names, or behind the prefix that a room puts in front of all of its.
  const missing = names.filter(
    (name) => !code.includes(`'${name}'`) && !code.includes(`'${name.slice('shadowplane_'.length)}'`),
  );
  expect(missing).toEqual([]);
});

it('shows YAML that is some', () => {
  const blocks = [...DOCUMENT.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parse(text ?? ''));
  expect(blocks).toMatchObject([{ scrape_configs: [{}, {}] }, { groups: [{ name: 'shadowplane' }] }]);
  for (const rule of blocks[1].groups[0].rules)
    expect(rule).toMatchObject({ alert: expect.any(String), expr: expect.any(String) });
});

/** The table against Shadowplane's own xDS server, and against what is known to break it. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOurs } from './ours.ts';
import { appliesTo, type TableRow } from './row.ts';
import { runRow } from './run-row.ts';
import { TABLE } from './table.ts';
import { VARIANTS, variantName } from './variants.ts';

let ours: Awaited<ReturnType<typeof startOurs>>;
beforeAll(async () => {
  ours = await startOurs();
});
afterAll(() => ours?.close());

const here = TABLE.flatMap((row) => ('run' in row ? [row] : []));
const elsewhere = TABLE.flatMap((row) => ('file' in row ? [row] : []));
const casesOf = (rows: readonly TableRow[]) =>
  VARIANTS.flatMap((variant) =>
    rows.filter((row) => appliesTo(row, variant)).map((row) => ({ ...row, variant, name: variantName(variant) })),
  );

it('holds the 40 rows of the checklist, each once', () => {
  expect(TABLE.map(({ row }) => row)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

describe.concurrent('shadowplane', () => {
  const cases = casesOf(here.filter(({ alone }) => !alone));
  it.each(cases)('$row $name: $text', async (row) => {
    await expect(runRow(row, row.variant, ours)).resolves.toBeUndefined();
  });
});

describe('shadowplane, one at a time', () => {
  const cases = casesOf(here.filter(({ alone }) => alone));
  it.each(cases)('$row $name: $text', async (row) => {
    await expect(runRow(row, row.variant, ours)).resolves.toBeUndefined();
  });
});

it.each(elsewhere)('$row is asserted in $file', async ({ file, test }) => {
  const text = await readFile(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
  expect(text).toContain(`'${test}'`);
});

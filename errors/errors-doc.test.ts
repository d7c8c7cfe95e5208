import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ERROR_CODES } from './index.ts';

it('docs/errors.md explains every code, with its HTTP status and exit code, and no other', () => {
  const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\| ([12]) +\|/gm)];
  const documented = rows.map(([, code, httpStatus, exitCode]) => [code, Number(httpStatus), Number(exitCode)]);
  const existing = Object.entries(ERROR_CODES).map(([code, { httpStatus, exitCode }]) => [code, httpStatus, exitCode]);
  expect(documented.sort()).toEqual(existing.sort());
});

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { ensurePage } from './index.ts';

it('makes a page that names only what lies beside it, compressed too, and nothing elsewhere', async () => {
  const folder = await ensurePage();
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, address]) => basename(address!));
  expect(named.map((name) => name.replace(/-[A-Z0-9]{8}\./, '-HASH.'))).toEqual(['page-HASH.css', 'page-HASH.js']);
  const files = await readdir(join(folder, 'assets'));
  expect(files).toEqual(expect.arrayContaining(named));
  for (const name of files.filter((file) => !file.endsWith('.gz'))) {
    const text = await readFile(join(folder, 'assets', name), 'utf8');
    const zipped = await readFile(join(folder, 'assets', `${name}.gz`));
    expect(gunzipSync(zipped).toString()).toBe(text);
    expect(text).not.toMatch(/@import|(?:src|href)="?https?:/);
  }
  // The policy forbids both.
  expect(html).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=/);
}, 60_000);

it('bundles once however many ask', async () => {
  expect(new Set(await Promise.all([ensurePage(), ensurePage(), ensurePage()])).size).toBe(1);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OpenApiFiles } from './index.ts';

let folder: string;
let files: OpenApiFiles;
let problems: string[];
let changes: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  problems = [];
  changes = 0;
  files = new OpenApiFiles({
    folder,
    onChange: () => {
      changes += 1;
    },
    onProblem: (file, reason) => void problems.push(`${file}: ${reason}`),
  });
});
afterEach(() => {
  files.close();
  rmSync(folder, { recursive: true });
});

const document = (...paths: string[]) =>
  `openapi: 3.1.0\npaths:\n${paths.map((path) => `  ${path}: { get: {} }`).join('\n')}\n`;

it('reads templates at once, and again when the document is saved', async () => {
  writeFileSync(join(folder, 'orders.yaml'), document('/orders/{id}'));
  files.use(['orders.yaml']);
  expect(files.templatesOf('orders.yaml')).toEqual(['GET /orders/{id}']);
  writeFileSync(join(folder, 'orders.yaml'), document('/orders/{id}', '/orders'));
  await vi.waitFor(() => expect(changes).toBe(1), { timeout: 10_000 });
  expect(files.templatesOf('orders.yaml')).toEqual(['GET /orders/{id}', 'GET /orders']);
  expect(problems).toEqual([]);
});

it('says what it cannot use, never what stands in it', () => {
  writeFileSync(join(folder, 'secret.yaml'), 'key: "topsecret\n  - [');
  writeFileSync(join(folder, 'empty.yaml'), '{}');
  files.use(['missing.yaml', 'secret.yaml', 'empty.yaml', '/dev/zero', '.']);
  expect(problems.map((problem) => problem.split(': ')[1])).toEqual([
    'there is no such file',
    'YAMLParseError',
    'it has no paths',
    'it is no file',
    'it is no file',
  ]);
  expect(files.templatesOf('missing.yaml')).toEqual([]);
});

it('forgets what is not wanted any more', () => {
  writeFileSync(join(folder, 'orders.yaml'), document('/orders'));
  files.use(['orders.yaml']);
  files.use([]);
  expect(files.templatesOf('orders.yaml')).toEqual([]);
});

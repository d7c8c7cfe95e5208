import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileApart } from './compile-apart.ts';

test('what does not compile is told in the words of the compiler', async () => {
  // Below one folder with the SDK; git knows nothing of it.
  const build = join(import.meta.dirname, 'build');
  await mkdir(build, { recursive: true });
  const folder = await mkdtemp(join(build, 'broken-'));
  try {
    const entry = join(folder, 'bad.ts');
    await writeFile(entry, 'export function two(): i32 {\n  return "two";\n}\n');
    const compiling = compileApart(entry, join(folder, 'out.wasm'));
    await expect(compiling).rejects.toThrow(/bad\.ts does not compile[\s\S]*TS2322/);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/**
 * Compiles in a process of its own: the compiler takes most of a gigabyte, and a process that then runs for weeks would
 * keep it. Only a checkout has sources to compile, and with them what runs TypeScript.
 *
 * @throws Error with the compiler's messages
 */
export async function compileApart(entry: string, output: string): Promise<void> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const self = fileURLToPath(import.meta.url);
  try {
    await promisify(execFile)(process.execPath, ['--import', loader, self, entry, output], { env: process.env });
  } catch (cause) {
    const { stderr, message } = cause as Error & { readonly stderr?: string };
    throw new Error(stderr?.trim() || message, { cause });
  }
}

const [, script, entry, output] = process.argv;
if (script === fileURLToPath(import.meta.url) && entry !== undefined && output !== undefined) {
  const { compileModule } = await import('./proxy-wasm/compile.ts');
  try {
    await writeFile(output, await compileModule(entry));
  } catch (error) {
    process.stderr.write(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

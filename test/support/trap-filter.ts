/** The filter, able to capture, with a planted trap (`trap-filter.as.ts`): what Envoy does when a machine dies in the middle of work. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileApart } from '../../filter/compile-apart.ts';

const ENTRY = fileURLToPath(new URL('./trap-filter.as.ts', import.meta.url));
const SOURCES = ['../../filter/src', '../../filter/proxy-wasm'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
/** Where nothing that is shipped comes from. */
const BUILT = fileURLToPath(new URL('../../node_modules/.cache-trap-filter.wasm', import.meta.url));

/** Header of a request: with which value it ends which machine. */
export const TRAP_HEADER = 'x-test-trap';

/** Built when it is older than its sources: compiling takes longer than a test. */
export async function trapFilter(): Promise<Uint8Array> {
  if ((await modifiedMs(BUILT)) < (await newestSourceMs())) await compileApart(ENTRY, BUILT);
  return readFile(BUILT);
}

async function newestSourceMs(): Promise<number> {
  const times = [await modifiedMs(ENTRY)];
  for (const folder of SOURCES) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) times.push(await modifiedMs(join(entry.parentPath, entry.name)));
    }
  }
  return Math.max(...times);
}

async function modifiedMs(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

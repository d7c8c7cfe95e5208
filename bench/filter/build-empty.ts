import { readFile } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

const SOURCE = new URL('./empty.as.ts', import.meta.url);

/** Compiles `empty.as.ts`, optimised like the filter itself. It imports nothing. */
export async function buildEmptyModule(): Promise<Uint8Array> {
  const source = await readFile(SOURCE, 'utf8');
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['empty.ts', '--outFile', 'empty.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
    {
      readFile: (name) => (name === 'empty.ts' ? source : null),
      writeFile: (name, contents) => {
        if (name === 'empty.wasm' && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`the empty module does not compile: ${stderr.toString()}`, { cause: error });
  return binary;
}

/**
 * Compiles an AssemblyScript entry file that uses as-proxy-wasm. The options belong to the SDK: garbage is collected only
 * when the dispatcher says so (`minimal`), global state is made when the host calls `_initialize`, and failed checks end
 * in the SDK's `abort`, because Envoy has no `env.abort`.
 */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ASSEMBLY = join(dirname(fileURLToPath(import.meta.url)), 'assembly');

/** Returns the optimised module; throws with the compiler's messages. */
export async function compileModule(entry: string): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc');
  const base = commonFolder(dirname(entry), ASSEMBLY);
  const abort = `${relative(base, ASSEMBLY).replaceAll('\\', '/')}/abort/abort`;
  let module: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      relative(base, entry).replaceAll('\\', '/'),
      '--baseDir',
      base,
      '--outFile',
      'module.wasm',
      '--runtime',
      'minimal',
      '--exportStart',
      '_initialize',
      '--use',
      `abort=${abort}`,
      '--optimizeLevel',
      '3',
      '--shrinkLevel',
      '0',
      '--converge',
    ],
    {
      readFile: (name, folder) => readFile(isAbsolute(name) ? name : join(folder, name), 'utf8').catch(() => null),
      writeFile: (name, contents) => {
        if (name === 'module.wasm' && typeof contents !== 'string') module = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || module === undefined) {
    throw new Error(`${entry} does not compile: ${stderr.toString() || error?.message}`, { cause: error });
  }
  return module;
}

function commonFolder(one: string, other: string): string {
  const parts = one.split(/[\\/]/);
  const others = other.split(/[\\/]/);
  let same = 0;
  while (same < parts.length && parts[same] === others[same]) same++;
  return parts.slice(0, same).join('/') || '/';
}

/**
 * Makes the filter's modules. Guarantees: a file at the returned path is complete (it is written beside it and renamed, so callers
 * in several processes do not disturb each other), and is not older than its sources where the sources are there. In a
 * published package or an image, which carry the built file without sources or compiler, that file is used as it is.
 */
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ShadowplaneError } from '../errors/index.ts';
import { compileApart } from './compile-apart.ts';

export interface BuiltFilter {
  readonly wasmPath: string;
  readonly bytes: number;
}

const ROOM = dirname(fileURLToPath(import.meta.url));
/** Two modules, because Envoy calls every callback that a module exports, for every stream. */
const ENTRIES = { 'filter.wasm': 'index.ts', 'filter-capture.wasm': 'with-capture.ts' } as const;
export type FilterModule = keyof typeof ENTRIES;
const SOURCES = [join(ROOM, 'src'), join(ROOM, 'proxy-wasm', 'assembly')];
const OUTPUT = join(ROOM, 'build');

/** Compiles a module of the filter, also when the built file is up to date. */
export async function buildFilter(module: FilterModule = 'filter.wasm'): Promise<BuiltFilter> {
  const startedAt = new Date();
  await mkdir(OUTPUT, { recursive: true });
  const wasmPath = join(OUTPUT, module);
  const draft = `${wasmPath}.${process.pid}.${Date.now()}.tmp`;
  try {
    await compileApart(entryOf(module), draft);
    // A source that was changed while the compiler ran is newer than this.
    await utimes(draft, startedAt, startedAt);
    await rename(draft, wasmPath);
  } finally {
    await rm(draft, { force: true });
  }
  return { wasmPath, bytes: (await stat(wasmPath)).size };
}

const building = new Map<FilterModule, Promise<BuiltFilter>>();

/**
 * Path of a module of the filter, built first when it is missing or older than its sources. `filter-capture.wasm` does
 * what `filter.wasm` does and can capture answers besides.
 *
 * @throws ShadowplaneError FILTER_NOT_BUILT when it is missing and cannot be built here.
 */
export async function ensureFilter(module: FilterModule = 'filter.wasm'): Promise<string> {
  const path = join(OUTPUT, module);
  const built = await modifiedMs(path);
  if (!(await canBuild(module))) {
    if (built !== undefined) return path;
    throw new ShadowplaneError('FILTER_NOT_BUILT', `${path} is missing, and so are its sources or assemblyscript`);
  }
  if (built !== undefined && built >= (await newestSourceMs())) return path;
  const underWay = building.get(module);
  if (underWay) return (await underWay).wasmPath;
  const build = buildFilter(module).finally(() => building.delete(module));
  building.set(module, build);
  return (await build).wasmPath;
}

function entryOf(module: FilterModule): string {
  return join(ROOM, 'src', ENTRIES[module]);
}

async function canBuild(module: FilterModule): Promise<boolean> {
  try {
    createRequire(import.meta.url).resolve('assemblyscript/package.json');
  } catch {
    return false;
  }
  return (await modifiedMs(entryOf(module))) !== undefined;
}

async function newestSourceMs(): Promise<number> {
  const times = [
    await modifiedMs(fileURLToPath(import.meta.url)),
    await modifiedMs(join(ROOM, 'proxy-wasm', 'compile.ts')),
  ];
  for (const folder of SOURCES) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) times.push(await modifiedMs(join(entry.parentPath, entry.name)));
    }
  }
  return Math.max(...times.map((time) => time ?? 0));
}

async function modifiedMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}

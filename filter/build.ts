/**
 * Makes filter.wasm. Guarantees: a file at the returned path is complete (it is written beside it and renamed, so callers
 * in several processes do not disturb each other), and is not older than its sources where the sources are there. In a
 * published package or an image, which carry the built file without sources or compiler, that file is used as it is.
 */
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ShadowplaneError } from '../errors/index.ts';
import { compileModule } from './proxy-wasm/compile.ts';

export interface BuiltFilter {
  readonly wasmPath: string;
  readonly bytes: number;
}

const ROOM = dirname(fileURLToPath(import.meta.url));
const ENTRY = join(ROOM, 'src', 'index.ts');
const SOURCES = [join(ROOM, 'src'), join(ROOM, 'proxy-wasm', 'assembly')];
const OUTPUT = join(ROOM, 'build', 'filter.wasm');

/** Compiles the filter, also when the built file is up to date. */
export async function buildFilter(): Promise<BuiltFilter> {
  const startedAt = new Date();
  const module = await compileModule(ENTRY);
  await mkdir(dirname(OUTPUT), { recursive: true });
  const draft = `${OUTPUT}.${process.pid}.${Date.now()}.tmp`;
  try {
    await writeFile(draft, module);
    // A source that was changed while the compiler ran is newer than this.
    await utimes(draft, startedAt, startedAt);
    await rename(draft, OUTPUT);
  } finally {
    await rm(draft, { force: true });
  }
  return { wasmPath: OUTPUT, bytes: module.byteLength };
}

let building: Promise<BuiltFilter> | undefined;

/**
 * Path of filter.wasm, built first when it is missing or older than its sources.
 *
 * @throws ShadowplaneError FILTER_NOT_BUILT when it is missing and cannot be built here.
 */
export async function ensureFilter(): Promise<string> {
  const built = await modifiedMs(OUTPUT);
  if (!(await canBuild())) {
    if (built !== undefined) return OUTPUT;
    throw new ShadowplaneError('FILTER_NOT_BUILT', `${OUTPUT} is missing, and so are its sources or assemblyscript`);
  }
  if (built !== undefined && built >= (await newestSourceMs())) return OUTPUT;
  building ??= buildFilter().finally(() => {
    building = undefined;
  });
  return (await building).wasmPath;
}

async function canBuild(): Promise<boolean> {
  try {
    createRequire(import.meta.url).resolve('assemblyscript/package.json');
  } catch {
    return false;
  }
  return (await modifiedMs(ENTRY)) !== undefined;
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

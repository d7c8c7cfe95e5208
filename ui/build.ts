/**
 * Makes the web page: ui/dist/index.html and, below assets/, scripts and styles whose names carry a hash of their content,
 * each beside its gzip. Guarantees: index.html is written last and renamed, so whoever finds it finds what it names, and it
 * is not older than its sources where they are there. In a published package or an image, which carry the built page
 * without sources or bundler, that page is used as it is.
 */
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { BuildOptions, BuildResult, Metafile } from 'esbuild';
import { ShadowplaneError } from '../errors/index.ts';

export interface BuiltPage {
  /** The folder with index.html. */
  readonly folder: string;
  readonly bytes: number;
  /** As they travel. */
  readonly gzipBytes: number;
}

const ROOM = dirname(fileURLToPath(import.meta.url));
const OUTPUT = join(ROOM, 'dist');
const INDEX = join(OUTPUT, 'index.html');
const ENTRY = join(ROOM, 'main.tsx');
const SOURCES = new Set(['.ts', '.tsx', '.css', '.html', '.svg']);
const COMPRESSED = new Set(['.js', '.css', '.html', '.svg']);

const OPTIONS = {
  absWorkingDir: ROOM,
  entryPoints: { page: ENTRY },
  outdir: OUTPUT,
  entryNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
  assetNames: 'assets/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** Bundles the page, also when the built one is up to date. */
export async function buildPage(): Promise<BuiltPage> {
  const startedAt = new Date();
  const { build } = await import('esbuild');
  return writePage(await build(OPTIONS), startedAt);
}

let building: Promise<BuiltPage> | undefined;

/**
 * The folder of the page, built first when it is missing or older than its sources.
 *
 * @throws ShadowplaneError PAGE_NOT_BUILT when it is missing and cannot be built here.
 */
export async function ensurePage(): Promise<string> {
  const built = await modifiedMs(INDEX);
  if (!(await canBuild())) {
    if (built !== undefined) return OUTPUT;
    throw new ShadowplaneError('PAGE_NOT_BUILT', `${INDEX} is missing, and so are its sources or esbuild`);
  }
  if (built !== undefined && built >= (await newestSourceMs())) return OUTPUT;
  building ??= buildPage().finally(() => {
    building = undefined;
  });
  try {
    return (await building).folder;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ShadowplaneError('PAGE_NOT_BUILT', `The web page cannot be bundled: ${reason}`, { cause });
  }
}

/** Builds now and on every change of a source until the returned function is called; a control plane serves each result. */
export async function watchPage(onBuilt: (page: BuiltPage) => void, onError: (error: unknown) => void) {
  const { context } = await import('esbuild');
  const watching = await context({
    ...OPTIONS,
    plugins: [
      {
        name: 'write',
        setup: ({ onEnd }) =>
          onEnd(async (result) => {
            if (result.errors.length > 0) onError(new Error(result.errors.map(({ text }) => text).join('\n')));
            else onBuilt(await writePage(result as Built, new Date()));
          }),
      },
    ],
  });
  await watching.watch();
  return () => watching.dispose();
}

type Built = BuildResult<typeof OPTIONS>;

async function writePage({ outputFiles, metafile }: Built, startedAt: Date): Promise<BuiltPage> {
  const folder = join(OUTPUT, 'assets');
  await mkdir(folder, { recursive: true });
  const files = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  for (const [path, contents] of files) await writeCompressed(path, contents);
  const html = Buffer.from(fillTemplate(await readFile(join(ROOM, 'page.html'), 'utf8'), metafile));
  const draft = `${INDEX}.${process.pid}.${Date.now()}.tmp`;
  await writeCompressed(INDEX, html, draft);
  // A source that was changed while this was bundled is newer than this.
  await utimes(draft, startedAt, startedAt);
  await rename(draft, INDEX);
  await removeOthers(folder, new Set([...files.keys()].map((path) => basename(path))));
  const sizes = await Promise.all([...files.values(), html].map(async (contents) => (await zip(contents)).byteLength));
  return {
    folder: OUTPUT,
    bytes: [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, html.byteLength),
    gzipBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

function fillTemplate(template: string, { outputs }: Metafile): string {
  const entry = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint !== undefined);
  const [script = '', { cssBundle = '' } = {}] = entry ?? [];
  const address = (path: string) => `/assets/${basename(path)}`;
  return template.replace('/assets/page.js', address(script)).replace('/assets/page.css', address(cssBundle));
}

async function writeCompressed(path: string, contents: Uint8Array, draft = path): Promise<void> {
  await writeFile(draft, contents);
  if (COMPRESSED.has(extname(path))) await writeFile(`${path}.gz`, await zip(contents));
}

const gzipped = promisify(gzip);

function zip(contents: Uint8Array): Promise<Buffer> {
  return gzipped(contents, { level: constants.Z_BEST_COMPRESSION });
}

/** What earlier builds have left. */
async function removeOthers(folder: string, wanted: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!wanted.has(name.replace(/\.gz$/, ''))) await rm(join(folder, name), { force: true });
  }
}

async function canBuild(): Promise<boolean> {
  try {
    createRequire(import.meta.url).resolve('esbuild/package.json');
  } catch {
    return false;
  }
  return (await modifiedMs(ENTRY)) !== undefined;
}

async function newestSourceMs(): Promise<number> {
  const entries = await readdir(ROOM, { recursive: true, withFileTypes: true });
  const sources = entries.filter(
    (entry) => entry.isFile() && SOURCES.has(extname(entry.name)) && !entry.parentPath.startsWith(OUTPUT),
  );
  const times = await Promise.all(sources.map(({ parentPath, name }) => modifiedMs(join(parentPath, name))));
  return Math.max(...times.map((time) => time ?? 0));
}

async function modifiedMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}

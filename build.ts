import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { ensureFilter } from './filter/index.ts';
import { ensurePage } from './ui/index.ts';

/**
 * Makes dist/, the package as it is installed: compiled JavaScript in the folders of the source, the filter's modules, the
 * web page, and every file that the program or its users read. It needs neither TypeScript nor a compiler for the filter or
 * a bundler for the page, so its package.json names only what runs. `npm pack ./dist` packs it; the image carries it.
 * `tsx build.ts FOLDER` makes it elsewhere.
 */
const SOURCE = import.meta.dirname;
const OUTPUT = resolve(process.argv[2] ?? join(SOURCE, 'dist'));
const ROOMS = ['cli', 'docs', 'envoy', 'examples', 'filter', 'guard', 'protos', 'xds-server'];
const READ_AT_RUN_TIME = new Set(['.md', '.overlay', '.proto', '.yaml']);
const ONLY_FROM_SOURCE = ['@preact/signals', 'assemblyscript', 'esbuild', 'preact', 'tsx', 'uplot'];

rmSync(OUTPUT, { recursive: true, force: true });
const require = createRequire(import.meta.url);
const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
for (const project of ['tsconfig.build.json', 'tsconfig.types.json']) {
  execFileSync(process.execPath, [compiler, '-p', join(SOURCE, project), '--outDir', OUTPUT], { stdio: 'inherit' });
}

for (const room of ROOMS) {
  cpSync(join(SOURCE, room), join(OUTPUT, room), {
    recursive: true,
    filter: (path) => extname(path) === '' || READ_AT_RUN_TIME.has(extname(path)),
  });
}
const modules = [await ensureFilter('filter.wasm'), await ensureFilter('filter-capture.wasm')];
for (const file of [
  'cli/shadowplane.js',
  ...modules.map(fromSource),
  fromSource(await ensurePage()),
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
]) {
  cpSync(join(SOURCE, file), join(OUTPUT, file), { force: true, recursive: true });
}

function fromSource(path: string): string {
  return relative(SOURCE, path);
}

const {
  devDependencies: _,
  scripts: __,
  dependencies,
  exports,
  ...manifest
} = JSON.parse(readFileSync(join(SOURCE, 'package.json'), 'utf8'));
for (const name of ONLY_FROM_SOURCE) delete dependencies[name];
const published = { ...manifest, exports: compiled(exports), dependencies };
writeFileSync(join(OUTPUT, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);

/** What a checkout exports as TypeScript is JavaScript with declarations in the package. */
function compiled(entries: Readonly<Record<string, string>>) {
  const entry = (path: string) =>
    path.endsWith('.ts') ? { types: path.replace(/ts$/, 'd.ts'), default: path.replace(/ts$/, 'js') } : path;
  return Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, entry(path)]));
}

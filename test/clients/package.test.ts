/** The package as `npm run build` makes it, used by a program that has nothing of the checkout. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const HOME = join(import.meta.dirname, '../..');
const PROGRAM = `
import { createSnapshotServer, type AckResult, type Snapshot } from 'shadowplane/xds';
const server = createSnapshotServer({ newClusterWaitMs: 100 });
const { port } = await server.listen('127.0.0.1:0');
const snapshot: Snapshot = server.setSnapshot([
  { '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', name: 'a' },
]);
const result: AckResult = await server.waitForAck(snapshot, { timeoutMs: 10 });
console.log(JSON.stringify({ listens: port > 0, of: result.of, types: [...snapshot.types.keys()] }));
await server.close();
`;

let folder: string;
const inFolder = (...path: string[]) => join(folder, ...path);
const compile = (file: string, ...options: string[]) => {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const types = ['--types', 'node', '--typeRoots', join(HOME, 'node_modules/@types')];
  const module = ['--ignoreConfig', '--module', 'nodenext', '--target', 'es2023', '--strict'];
  try {
    return execFileSync(process.execPath, [compiler, ...module, ...types, ...options, file], { encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
};

beforeAll(() => {
  // Within the checkout, so that the package's own dependencies are found without an installation.
  mkdirSync(join(HOME, '.shadowplane'), { recursive: true });
  folder = mkdtempSync(join(HOME, '.shadowplane/package-test-'));
  execFileSync(process.execPath, ['--import', 'tsx', join(HOME, 'build.ts'), inFolder('package')], { cwd: HOME });
  mkdirSync(inFolder('program/node_modules'), { recursive: true });
  symlinkSync(inFolder('package'), inFolder('program/node_modules/shadowplane'));
  writeFileSync(inFolder('program/package.json'), '{ "type": "module" }');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('shadowplane/xds has JavaScript and declarations, which a strict program compiles against and runs', () => {
  writeFileSync(inFolder('program/main.ts'), PROGRAM);
  expect(compile(inFolder('program/main.ts'), '--skipLibCheck', 'false')).toBe('');
  const said = execFileSync(process.execPath, [inFolder('program/main.js')], { encoding: 'utf8' });
  const types = ['type.googleapis.com/envoy.config.cluster.v3.Cluster'];
  expect(JSON.parse(said)).toEqual({ listens: true, of: 0, types });
});

test('the declarations are the real ones', () => {
  writeFileSync(inFolder('program/wrong.ts'), PROGRAM.replace('newClusterWaitMs: 100', 'newClusterWaitMs: true'));
  expect(compile(inFolder('program/wrong.ts'), '--noEmit')).toContain("'boolean' is not assignable to type 'number'");
});

test('what a checkout exports as TypeScript, and nothing else, is there as JavaScript with declarations', () => {
  const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { exports, scripts } = manifest(inFolder('package'));
  expect(Object.keys(exports)).toEqual(Object.keys(manifest(HOME).exports));
  expect(exports['./xds']).toEqual({ types: './xds-server/xds/index.d.ts', default: './xds-server/xds/index.js' });
  const files = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry!),
  );
  expect(files.filter((file) => !existsSync(inFolder('package', file)))).toEqual([]);
  expect(scripts).toBeUndefined();
});

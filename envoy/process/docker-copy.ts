import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { installedBinary, PINNED_ENVOY_VERSION } from './pinned.ts';
import type { FetchOptions } from './pip.ts';
import { runProgram } from './run-program.ts';

const IMAGE = `envoyproxy/envoy:v${PINNED_ENVOY_VERSION}`;
const PULL_TIMEOUT_MS = 15 * 60_000;

/**
 * Takes the binary out of Envoy's image, for machines that have Docker but no pip. Only Linux can run it.
 * Answers undefined when it worked, else why not.
 */
export async function copyFromDockerImage(dir: string, options: FetchOptions): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'the binary of the Docker image runs on Linux only';
  const docker = (...args: string[]) => runProgram('docker', args, { env: options.env, timeoutMs: PULL_TIMEOUT_MS });
  try {
    options.onProgress(`docker: fetching ${IMAGE}`);
    const created = await docker('create', IMAGE);
    if (created.exitCode !== 0) return `docker cannot create a container of ${IMAGE}: ${lastLine(created.stderr)}`;
    const container = lastLine(created.stdout);
    try {
      const binary = installedBinary(dir);
      await mkdir(dirname(binary), { recursive: true });
      const copied = await docker('cp', `${container}:/usr/local/bin/envoy`, binary);
      if (copied.exitCode !== 0) return `docker cannot copy Envoy out of ${IMAGE}: ${lastLine(copied.stderr)}`;
      await chmod(binary, 0o755);
      return undefined;
    } finally {
      await docker('rm', container);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'Docker is not installed';
    return `docker failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}

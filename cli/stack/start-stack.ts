import { hostname } from 'node:os';
import type { Logger } from 'pino';
import {
  type EnvoyEvent,
  type LocatedEnvoy,
  locateEnvoy,
  type SupervisedEnvoy,
  superviseEnvoy,
} from '../../envoy/index.ts';
import type { ComparingOptions } from '../../server/index.ts';
import type { Access } from './access.ts';
import { formatHostPort, type HostPort } from './ports.ts';

/** What has to be there before anything is started. */
export interface StackParts {
  readonly envoy: LocatedEnvoy;
  readonly filterWasmPath: string;
}

/**
 * Finds or installs Envoy and builds the filter if need be. Nothing runs yet, so a signal may simply end the command.
 * Envoy is looked for and installed in `envoyDir`, else in the user's cache.
 */
export async function prepareStack(
  envoyDir: string | undefined,
  compare: boolean,
  onProgress: (line: string) => void,
): Promise<StackParts> {
  const [envoy, filterWasmPath] = await Promise.all([
    locateEnvoy({ dataDir: envoyDir, onProgress }),
    filterPath(onProgress, compare),
  ]);
  return { envoy, filterWasmPath };
}

export interface StackOptions {
  readonly policyFile: string;
  readonly dataDir: string;
  readonly storeUrl: string | undefined;
  readonly secretsDir?: string | undefined;
  readonly parts: StackParts;
  /** Wins over `listen` of the file. */
  readonly listen: HostPort | undefined;
  readonly admin: HostPort;
  readonly xds: HostPort;
  readonly api: HostPort;
  readonly access: Access;
  /** Undefined: nothing is captured and compared. */
  readonly compare: ComparingOptions | undefined;
  readonly concurrency: number;
  readonly envoyLogLevel: 'warning' | 'debug';
  readonly logger: Logger;
  /** Gives up starting. */
  readonly stop: AbortSignal;
  readonly onEnvoyEvent: (event: EnvoyEvent) => void;
  readonly onAccessLog: (line: string) => void;
}

export interface RunningStack {
  readonly apiUrl: string;
  /** For the command's own calls. */
  readonly apiToken: string | undefined;
  readonly xdsAddress: string;
  /** Undefined when answers are not compared. */
  readonly captureAddress: string | undefined;
  readonly envoy: SupervisedEnvoy;
  readonly envoyVersion: string;
  /** Ends Envoy first, then what serves it. `force` cuts requests under way. */
  close(force: AbortSignal): Promise<void>;
}

/** The name of the listener that the control plane serves. */
const LISTENER = 'shadowplane';

/** The control plane and an Envoy that has its configuration from there, as one. Nothing is left when it fails half way; undefined when `stop` came first. */
export async function startStack(options: StackOptions): Promise<RunningStack | undefined> {
  const [{ startShadowplane }, { buildBootstrap }, { parseAddress }] = await Promise.all([
    import('../../server/index.ts'),
    import('../../xds-server/resources/index.ts'),
    import('../../xds-server/policy/index.ts'),
  ]);
  const controlPlane = await startShadowplane({
    policyFile: options.policyFile,
    ...options.access,
    compare: options.compare,
    dataDir: options.dataDir,
    storeUrl: options.storeUrl,
    secretsDir: options.secretsDir,
    xdsListen: formatHostPort(options.xds),
    apiListen: formatHostPort(options.api),
    ...(options.listen ? { listen: formatHostPort(options.listen) } : {}),
    filterWasmPath: options.parts.filterWasmPath,
    logger: options.logger,
  });
  try {
    const envoy = await superviseEnvoy({
      path: options.parts.envoy.path,
      bootstrap: buildBootstrap({
        xdsAddress: parseAddress(controlPlane.xdsAddress),
        adminAddress: options.admin,
        nodeId: hostname() || 'envoy-1',
      }),
      listener: LISTENER,
      concurrency: options.concurrency,
      logLevel: options.envoyLogLevel,
      signal: options.stop,
      onEvent: options.onEnvoyEvent,
      onOutput: options.onAccessLog,
    });
    return {
      apiUrl: `http://${controlPlane.apiAddress}`,
      apiToken: options.access.apiAccess?.ownToken,
      xdsAddress: controlPlane.xdsAddress,
      captureAddress: controlPlane.captureAddress,
      envoy,
      envoyVersion: options.parts.envoy.version,
      async close(force) {
        const killed = () => void envoy.stop({ force: true });
        force.addEventListener('abort', killed, { once: true });
        await envoy.stop({ force: force.aborted });
        force.removeEventListener('abort', killed);
        await controlPlane.close();
      },
    };
  } catch (error) {
    await controlPlane.close();
    if (options.stop.aborted) return undefined;
    throw error;
  }
}

/** Path of the filter, the one that can capture where answers are compared; says so when it takes long because it has to be built. */
export async function filterPath(onProgress: (line: string) => void, compare: boolean): Promise<string> {
  const [{ ensureFilter }, { filterModule }] = await Promise.all([
    import('../../filter/index.ts'),
    import('../../server/index.ts'),
  ]);
  const slow = setTimeout(() => onProgress('building the filter (once, half a minute at most)'), 300);
  try {
    return await ensureFilter(filterModule(compare));
  } finally {
    clearTimeout(slow);
  }
}

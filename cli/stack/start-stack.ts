import { hostname } from 'node:os';
import type { Logger } from 'pino';
import {
  type EnvoyEvent,
  type LocatedEnvoy,
  locateEnvoy,
  type SupervisedEnvoy,
  superviseEnvoy,
} from '../../envoy/index.ts';
import type { FilterModule } from '../../filter/index.ts';
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
  module: FilterModule,
  onProgress: (line: string) => void,
): Promise<StackParts> {
  const [envoy, filterWasmPath] = await Promise.all([
    locateEnvoy({ dataDir: envoyDir, onProgress }),
    filterPath(onProgress, module),
  ]);
  return { envoy, filterWasmPath };
}

export interface StackOptions {
  readonly policyFile: string;
  readonly dataDir: string;
  readonly parts: StackParts;
  /** Wins over `listen` of the file. */
  readonly listen: HostPort | undefined;
  readonly admin: HostPort;
  readonly xds: HostPort;
  readonly api: HostPort;
  /** Where captured answers are taken; undefined: nothing is captured and compared. */
  readonly capture: HostPort | undefined;
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
  readonly xdsAddress: string;
  readonly envoy: SupervisedEnvoy;
  readonly envoyVersion: string;
  /** Ends Envoy first, then what serves it. `force` cuts requests under way. */
  close(force: AbortSignal): Promise<void>;
}

/** The name of the listener that the control plane serves. */
const LISTENER = 'shadowplane';

/** The control plane and an Envoy that has its configuration from there, as one. Nothing is left when it fails half way; undefined when `stop` came first. */
export async function startStack(options: StackOptions): Promise<RunningStack | undefined> {
  const [{ startControlPlane }, { buildBootstrap }, { parseAddress }] = await Promise.all([
    import('../../xds-server/index.ts'),
    import('../../xds-server/resources/index.ts'),
    import('../../xds-server/policy/index.ts'),
  ]);
  const comparison = options.capture && (await startComparing(options.capture, options));
  const controlPlane = await startControlPlane({
    policyFile: options.policyFile,
    ...(comparison && {
      captureAddress: comparison.captureAddress,
      routes: [comparison.routes],
      registry: comparison.registry,
      onPolicy: comparison.follow,
    }),
    dataDir: options.dataDir,
    xdsListen: formatHostPort(options.xds),
    apiListen: formatHostPort(options.api),
    ...(options.listen ? { listen: formatHostPort(options.listen) } : {}),
    filterWasmPath: options.parts.filterWasmPath,
    logger: options.logger,
  }).catch(async (error) => {
    await comparison?.close();
    throw error;
  });
  const closeServers = async () => {
    await controlPlane.close();
    await comparison?.close();
  };
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
      xdsAddress: controlPlane.xdsAddress,
      envoy,
      envoyVersion: options.parts.envoy.version,
      async close(force) {
        const killed = () => void envoy.stop({ force: true });
        force.addEventListener('abort', killed, { once: true });
        await envoy.stop({ force: force.aborted });
        force.removeEventListener('abort', killed);
        await closeServers();
      },
    };
  } catch (error) {
    await closeServers();
    if (options.stop.aborted) return undefined;
    throw error;
  }
}

/** Only the module that captures pays for it, so without a comparison the other one is loaded. */
export function filterModule(capture: HostPort | undefined): FilterModule {
  return capture ? 'filter-capture.wasm' : 'filter.wasm';
}

async function startComparing(listen: HostPort, { dataDir, logger }: StackOptions) {
  const { startComparison } = await import('../../compare/index.ts');
  return startComparison({
    listen,
    dataDir,
    onStoreFailing: (error) =>
      error === undefined
        ? logger.info('the store of the comparison works again')
        : logger.error({ err: error }, 'the comparison cannot be stored; counting goes on'),
  });
}

/** Path of the filter; says so when it takes long because it has to be built. */
export async function filterPath(
  onProgress: (line: string) => void,
  module: FilterModule = 'filter.wasm',
): Promise<string> {
  const { ensureFilter } = await import('../../filter/index.ts');
  const slow = setTimeout(() => onProgress('building the filter'), 300);
  try {
    return await ensureFilter(module);
  } finally {
    clearTimeout(slow);
  }
}

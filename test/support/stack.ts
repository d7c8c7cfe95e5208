/** Control plane, filter and a real Envoy as one, on free ports and in a directory of their own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type EnvoyEvent, locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import { type CaptureTls, type ControlPlaneOptions, startControlPlane } from '../../xds-server/index.ts';
import { parseAddress } from '../../xds-server/policy/index.ts';
import { buildBootstrap } from '../../xds-server/resources/index.ts';
import { ApiClient } from './api-client.ts';
import { Cleanup } from './cleanup.ts';
import { runShadowplane, startControlPlaneProcess } from './control-plane-process.ts';
import { EnvoyAdmin } from './envoy-admin.ts';

const ANY_PORT = '127.0.0.1:0';

export interface StackOptions {
  /** Envoy's worker threads; default 2, so that everything has to hold for several. */
  readonly envoyConcurrency?: number;
  /** Whether to install Envoy where none is found; default true. */
  readonly installEnvoy?: boolean;
  /** Instead of the real filter. */
  readonly filterWasm?: Uint8Array;
  /** `host:port` where Envoy sends captured answers; default: nothing is captured. */
  readonly captureAddress?: string;
  /** Files with which Envoy does so over mutual TLS. */
  readonly captureTls?: CaptureTls;
  /** Told what Envoy counts; not with `controlPlaneProcess`. */
  readonly stats?: ControlPlaneOptions['stats'];
  /** The machines that capture; not with `controlPlaneProcess`. */
  readonly heardVms?: ControlPlaneOptions['heardVms'];
  /** Runs the control plane as `shadowplane serve` in a process that can be killed; default: in this process. */
  readonly controlPlaneProcess?: boolean;
}

export interface Stack {
  /** Port of Envoy's listener. */
  readonly port: number;
  readonly admin: EnvoyAdmin;
  readonly api: ApiClient;
  /** The watched configuration file. It is JSON, which is YAML. */
  readonly policyFile: string;
  readonly envoyVersion: string;
  /** What Envoy has said, warnings and worse. */
  readonly envoyEvents: readonly EnvoyEvent[];
  /** Runs a `shadowplane` command against this control plane and gives its output. */
  shadowplane(...args: string[]): Promise<string>;
  /** Only with `controlPlaneProcess`. */
  killControlPlane(): Promise<void>;
  /** Starts it again on the same ports, file and data. */
  restartControlPlane(): Promise<void>;
  close(): Promise<void>;
}

/** @param document the policy, as an object; `listen` is chosen here. */
export async function startStack(document: object, options: StackOptions = {}): Promise<Stack> {
  const cleanup = new Cleanup();
  try {
    const directory = await mkdtemp(join(tmpdir(), 'shadowplane-test-'));
    cleanup.defer(() => rm(directory, { recursive: true, force: true }));
    const policyFile = join(directory, 'shadowplane.yaml');
    await writeFile(policyFile, JSON.stringify({ listen: ANY_PORT, ...document }, undefined, 2));
    const dataDir = join(directory, 'data');
    const [located, filterWasmPath] = await Promise.all([
      locateEnvoy({ install: options.installEnvoy ?? true }),
      filterPath(directory, options),
    ]);

    const serve = async (xdsListen: string, apiListen: string) => {
      const served = { policyFile, dataDir, xdsListen, apiListen };
      if (options.controlPlaneProcess) {
        const { kill, ...addresses } = await startControlPlaneProcess(served);
        return { ...addresses, close: kill };
      }
      const { captureAddress, captureTls, stats, heardVms } = options;
      return startControlPlane({
        ...served,
        filterWasmPath,
        logger: pino({ level: 'silent' }),
        ...(captureAddress === undefined ? {} : { captureAddress, captureTls }),
        ...(stats === undefined ? {} : { stats }),
        ...(heardVms === undefined ? {} : { heardVms }),
      });
    };
    let controlPlane = await serve(ANY_PORT, ANY_PORT);
    const { xdsAddress, apiAddress } = controlPlane;
    cleanup.defer(() => controlPlane.close());

    const envoyEvents: EnvoyEvent[] = [];
    const envoy = await superviseEnvoy({
      path: located.path,
      bootstrap: buildBootstrap({
        xdsAddress: parseAddress(xdsAddress),
        adminAddress: { host: '127.0.0.1', port: 0 },
        nodeId: 'test',
      }),
      listener: 'shadowplane',
      concurrency: options.envoyConcurrency ?? 2,
      onEvent: (event) => envoyEvents.push(event),
    });
    cleanup.defer(() => envoy.stop({ force: true }));

    const apiUrl = `http://${apiAddress}`;
    return {
      port: parseAddress(envoy.listenerAddress).port,
      admin: new EnvoyAdmin(`http://${envoy.admin.address}`, () => envoy.pid),
      api: new ApiClient(apiUrl),
      policyFile,
      envoyVersion: located.version,
      envoyEvents,
      shadowplane: (...args) => runShadowplane(args, { SHADOWPLANE_API: apiUrl }),
      killControlPlane: () => {
        if (!options.controlPlaneProcess) throw new Error('only a control plane in a process can be killed');
        return controlPlane.close();
      },
      restartControlPlane: async () => {
        controlPlane = await serve(xdsAddress, apiAddress);
      },
      close: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function filterPath(directory: string, { filterWasm, captureAddress }: StackOptions): Promise<string> {
  if (filterWasm === undefined)
    return ensureFilter(captureAddress === undefined ? 'filter.wasm' : 'filter-capture.wasm');
  const path = join(directory, 'filter.wasm');
  await writeFile(path, filterWasm);
  return path;
}

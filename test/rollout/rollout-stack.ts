/**
 * The example's order services with live orders, in front of them a real Envoy, beside it `shadowplane serve` with its
 * comparison in a process that can be killed: all that a rollout needs, and what its users see of it.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { startOrdersExample, startTraffic } from '../../examples/orders/index.ts';
import { parseAddress } from '../../xds-server/policy/index.ts';
import { buildBootstrap } from '../../xds-server/resources/index.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { runShadowplane, startControlPlaneProcess } from '../support/control-plane-process.ts';
import { Cleanup, eventually, httpJson } from '../support/index.ts';

const POLICY = new URL('../../examples/orders/shadowplane.yaml', import.meta.url);

/** An answer to a user. Times are those of the wall clock, as the events of a rollout have them. */
export interface Seen {
  readonly sentAtMs: number;
  readonly status: number;
  /** Of the service that answered. */
  readonly version: string;
}

export interface RolloutStack {
  /** Oldest first. */
  readonly seen: readonly Seen[];
  /** Requests without an answer, and answers of 5xx, by what they were. */
  failures(): Readonly<Record<string, number>>;
  /** What order-v2 is to become: `/deploy/v2-fixed`, `/break/totals`. */
  tellCandidate(path: string): Promise<void>;
  view(): Promise<RolloutView>;
  call(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** Runs a command to its end, whatever its exit code says. */
  shadowplane(...args: string[]): Promise<{ readonly code: number; readonly out: string }>;
  killControlPlane(): Promise<void>;
  /** On the same ports, file and data. */
  restartControlPlane(): Promise<void>;
  close(): Promise<void>;
}

interface Document {
  listen?: string;
  readonly services: Record<string, { address: string }>;
  segments: object;
  readonly mirrors: { orders: object };
}

const ANY_PORT = '127.0.0.1:0';

export async function startRolloutStack(
  mirror: object,
  segments: object,
  ratePerSecond: number,
): Promise<RolloutStack> {
  const cleanup = new Cleanup();
  try {
    const directory = await mkdtemp(join(tmpdir(), 'shadowplane-test-'));
    cleanup.defer(() => rm(directory, { recursive: true, force: true }));
    const { services } = cleanup.add(await startOrdersExample());
    const policyFile = join(directory, 'shadowplane.yaml');
    const document = parse(await readFile(POLICY, 'utf8')) as Document;
    document.listen = ANY_PORT;
    for (const { name, address } of services) document.services[name]!.address = address;
    document.segments = segments;
    document.mirrors.orders = { ...document.mirrors.orders, ...mirror };
    await writeFile(policyFile, JSON.stringify(document));

    const serve = (xdsListen: string, apiListen: string, captureListen: string) =>
      startControlPlaneProcess({ policyFile, dataDir: directory, xdsListen, apiListen, captureListen });
    let controlPlane = await serve(ANY_PORT, ANY_PORT, ANY_PORT);
    cleanup.defer(() => controlPlane.kill());
    const { xdsAddress, apiAddress, captureAddress } = controlPlane;

    const envoy = await superviseEnvoy({
      path: (await locateEnvoy({ install: true })).path,
      bootstrap: buildBootstrap({
        xdsAddress: parseAddress(xdsAddress),
        adminAddress: { host: '127.0.0.1', port: 0 },
        nodeId: 'test',
      }),
      listener: 'shadowplane',
      concurrency: 2,
    });
    cleanup.defer(() => envoy.stop({ force: true }));

    const seen: Seen[] = [];
    const end = new AbortController();
    const traffic = startTraffic({
      url: `http://${envoy.listenerAddress}`,
      ratePerSecond,
      // On a slow machine fewer are sent, rather than more waited for.
      maxInFlight: 24,
      signal: end.signal,
      onResponse: ({ status, headers, sentAtMs }) => {
        const version = String(headers['x-app-version'] ?? 'none');
        seen.push({ sentAtMs: performance.timeOrigin + sentAtMs, status, version });
      },
    });
    cleanup.defer(() => {
      end.abort();
      return traffic.done;
    });

    const call = (method: string, path: string, body?: object) =>
      httpJson(method, `http://${apiAddress}/api/v1${path}`, body);
    const control = services.find(({ name }) => name === 'order-v2')!.control;
    return {
      seen,
      failures: () => {
        const { failures, statuses } = traffic.stats();
        const failed = Object.entries(statuses).filter(([status]) => Number(status) >= 500);
        return { ...failures, ...Object.fromEntries(failed) };
      },
      tellCandidate: async (path) => {
        await httpJson('POST', `http://${control}${path}`);
      },
      view: async () => (await call('GET', '/mirrors/orders/rollout')) as unknown as RolloutView,
      call,
      shadowplane: (...args) =>
        runShadowplane(args, { SHADOWPLANE_API: `http://${apiAddress}` }).then(
          (out) => ({ code: 0, out }),
          ({ code, stdout, stderr }) => ({ code, out: `${stdout}${stderr}` }),
        ),
      killControlPlane: () => controlPlane.kill(),
      restartControlPlane: async () => {
        controlPlane = await serve(xdsAddress, apiAddress, captureAddress!);
        await eventually(async () => ((await call('GET', '/envoys')).items as object[]).length > 0, {
          what: 'Envoy is back at the control plane',
          timeoutMs: 60_000,
        });
      },
      close: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

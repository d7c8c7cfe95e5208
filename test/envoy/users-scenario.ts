/** Services, one Envoy and what moves its users: a policy with rollouts, and the shares of users that are to be served now. */
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { parseAddress, parsePolicy } from '../../xds-server/policy/index.ts';
import type { Mirror, Policy } from '../../xds-server/policy/model.ts';
import { ALL, type PerMillion } from '../../xds-server/policy/percent.ts';
import { PolicyRenderer } from '../../xds-server/policy-renderer.ts';
import { buildBootstrap } from '../../xds-server/resources/index.ts';
import { TO_EVERYONE } from '../../xds-server/resources/testing.ts';
import { createXdsServer, DEFAULT_GROUP, SnapshotCache } from '../../xds-server/xds/index.ts';
import { EnvoyAdmin } from '../support/envoy-admin.ts';
import {
  Cleanup,
  type Collector,
  eventually,
  startCollector,
  startHttp1Upstream,
  type Upstream,
} from '../support/index.ts';

/** Share of each audience, 0 to 1. */
export type Shares = Readonly<Record<string, number>>;

export interface UsersScenario {
  readonly port: number;
  readonly v1: Upstream;
  readonly v2: Upstream;
  readonly twin: Upstream;
  readonly admin: EnvoyAdmin;
  readonly collector: Collector;
  /** Serves these shares of users for every mirror, and waits until Envoy has them. */
  move(users: Shares, change?: Partial<Policy>): Promise<void>;
  /** What Envoy has been sent of each type but runtime, by counting its updates. */
  updates(): Promise<Record<string, number>>;
  settled(): Promise<void>;
  clear(): void;
  close(): Promise<void>;
}

/** @param mirrors those of the policy document, whose primary is v1, shadow v2; `backMethods` as the guards would fill it */
export async function startUsers(
  mirrors: Readonly<Record<string, object>>,
  more: Readonly<Record<string, Partial<Mirror>>>,
  segments: object,
  filterWasm: Uint8Array,
): Promise<UsersScenario> {
  const cleanup = new Cleanup();
  try {
    const start = async (name: string) =>
      cleanup.add(
        await startHttp1Upstream({
          name,
          answer: ({ send }) => send({ headers: { 'x-app-version': name }, body: name }),
        }),
      );
    const [v1, v2, twin] = [await start('v1'), await start('v2'), await start('twin')];
    const collector = cleanup.add(await startCollector());
    const { policy } = parsePolicy({
      listen: '127.0.0.1:0',
      default: 'v1',
      services: { v1: { address: v1.address }, v2: { address: v2.address }, twin: { address: twin.address } },
      segments,
      mirrors: Object.fromEntries(
        Object.entries(mirrors).map(([name, mirror]) => [
          name,
          { primary: 'v1', shadow: 'v2', sample: '100%', sideEffects: 'trusted', ...mirror },
        ]),
      ),
    } as Parameters<typeof parsePolicy>[0]);

    const renderer = new PolicyRenderer({ filterWasm, captureAddress: parseAddress(collector.address) });
    const cache = new SnapshotCache();
    const server = createXdsServer({ cache });
    const { port: xdsPort } = await server.listen('127.0.0.1:0');
    cleanup.defer(() => server.close());
    const snapshotOf = (users: Shares, change: Partial<Policy> = {}) =>
      renderer.snapshotOf({
        ...policy,
        ...change,
        mirrors: policy.mirrors.map((mirror) => ({
          ...mirror,
          ...more[mirror.name],
          rollout: TO_EVERYONE,
          users: Object.fromEntries(Object.entries(users).map(([name, share]) => [name, perMillion(share)])),
        })),
      });
    cache.set(DEFAULT_GROUP, snapshotOf({}));
    const { path } = await locateEnvoy({ install: true });
    const envoy = await superviseEnvoy({
      path,
      bootstrap: buildBootstrap({
        xdsAddress: { host: '127.0.0.1', port: xdsPort },
        adminAddress: { host: '127.0.0.1', port: 0 },
        nodeId: 'users',
      }),
      listener: 'shadowplane',
      concurrency: 2,
    });
    cleanup.defer(() => envoy.stop({ force: true }));
    const admin = new EnvoyAdmin(`http://${envoy.admin.address}`, () => envoy.pid);
    return {
      port: parseAddress(envoy.listenerAddress).port,
      v1,
      v2,
      twin,
      admin,
      collector,
      async move(users, change) {
        const snapshot = snapshotOf(users, change);
        cache.set(DEFAULT_GROUP, snapshot);
        const { acked, rejections } = await server.waitForAck(DEFAULT_GROUP, snapshot, { timeoutMs: 60_000 });
        if (acked !== 1) throw new Error(`Envoy has not taken it: ${JSON.stringify(rejections)}`);
      },
      updates: () =>
        admin.stats(
          /^(cluster_manager\.cds|listener_manager\.lds|http\..*\.rds\..*|.*extension_config.*)\.update_(attempt|success)$/,
        ),
      settled: () =>
        eventually(async () => (await admin.copiesInFlight()) === 0, { what: 'no copy in flight' }).then(() => {}),
      clear: () => {
        for (const { recorder } of [v1, v2, twin]) recorder.clear();
        collector.clear();
      },
      close: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

function perMillion(share: number): PerMillion {
  return Math.round(share * ALL) as PerMillion;
}

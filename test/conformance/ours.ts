import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSnapshot, createXdsServer, encodeWithTtl, SnapshotCache } from '../../xds-server/xds/index.ts';
import type { ControlPlane } from './control-plane.ts';

/** Shadowplane's xDS server, in this process. */
export async function startOurs(): Promise<ControlPlane & { close(): Promise<void> }> {
  const [first, second] = await Promise.all([startInstance(), startInstance()]);
  return {
    ...first,
    second,
    async close() {
      await first.close();
      await second.close();
    },
  };
}

async function startInstance() {
  const cache = new SnapshotCache();
  const groupOf = ({ id }: { id: string }) => id;
  const server = createXdsServer({ cache, groupOf });
  const eager = createXdsServer({ cache, groupOf, newClusterWaitMs: 0 });
  const [{ port }, { port: eagerPort }] = await Promise.all([
    server.listen('127.0.0.1:0'),
    eager.listen('127.0.0.1:0'),
  ]);
  const plane: ControlPlane = {
    name: 'shadowplane',
    address: `127.0.0.1:${port}`,
    eagerAddress: `127.0.0.1:${eagerPort}`,
    async set(node, resources, { ttlMs = {} } = {}) {
      const encoded = resources.map((resource) => {
        const ttl = ttlMs[String(resource.name ?? resource.cluster_name)];
        return ttl === undefined ? resource : encodeWithTtl(resource, ttl);
      });
      cache.set(node, buildSnapshot(encoded));
    },
    async clear(node) {
      cache.clear(node);
    },
    async heapBytes() {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    },
    async rejection(node, typeUrl) {
      const types = server.clients().flatMap((client) => (client.node === node ? Object.values(client.types) : []));
      return types.find((type) => type.typeUrl === typeUrl)?.lastRejection?.message;
    },
  };
  return {
    ...plane,
    async close() {
      await server.close();
      await eager.close();
    },
  };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

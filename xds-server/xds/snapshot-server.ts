import type { EncodedResource, ResourceJson } from './resource.ts';
import type { AckResult } from './server/ack-wait.ts';
import { createXdsServer, DEFAULT_GROUP, type XdsServer, type XdsServerOptions } from './server/server.ts';
import { buildSnapshot, type Snapshot } from './snapshot.ts';
import { SnapshotCache } from './snapshot-cache.ts';

/** A server with a cache of its own: say what clients shall have, and they have it. */
export interface SnapshotServer extends Omit<XdsServer, 'waitForAck'> {
  /**
   * What all clients of the group shall have from now on; what is not in it any more is taken away from them. It is on its
   * way when this returns.
   *
   * @param resources as ProtoJSON with `@type`, of any types in any order. The same object is encoded only once.
   * @throws ShadowplaneError ENVOY_RESOURCE_INVALID for one that is not valid; clients then keep what they have
   */
  setSnapshot(resources: Iterable<ResourceJson | EncodedResource>, options?: GroupOption): Snapshot;
  /** Clients of the group keep what they have and get nothing new until the next snapshot. */
  clearSnapshot(options?: GroupOption): void;
  /**
   * Resolves as soon as every client of the group that is connected now has acknowledged the snapshot, in what it
   * subscribes to; early when one rejects it; at last after the time given. Never rejects.
   */
  waitForAck(snapshot: Snapshot, options: GroupOption & { readonly timeoutMs: number }): Promise<AckResult>;
}

export interface GroupOption {
  /** As `groupOf` names it. If not given, the one that all nodes are in when there is no `groupOf`. */
  readonly group?: string;
}

export function createSnapshotServer(options: Omit<XdsServerOptions, 'cache'> = {}): SnapshotServer {
  const cache = new SnapshotCache();
  const server = createXdsServer({ ...options, cache });
  return {
    listen: (address) => server.listen(address),
    close: () => server.close(),
    clients: () => server.clients(),
    holdings: () => server.holdings(),
    on: (name, listener) => server.on(name, listener),
    setSnapshot(resources, { group = DEFAULT_GROUP } = {}) {
      const snapshot = buildSnapshot(resources);
      cache.set(group, snapshot);
      return snapshot;
    },
    clearSnapshot: ({ group = DEFAULT_GROUP } = {}) => cache.clear(group),
    waitForAck: (snapshot, { group = DEFAULT_GROUP, timeoutMs }) => server.waitForAck(group, snapshot, { timeoutMs }),
  };
}

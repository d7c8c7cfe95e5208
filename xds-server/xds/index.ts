/** A generic xDS server. It knows Envoy's protocol and nothing of what the resources are for. */
export { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME, SECRET } from './protocol/resource-types.ts';
export { type EncodedResource, encodeResource, type ResourceJson } from './resource.ts';
export type { AckResult } from './server/ack-wait.ts';
export type { ClientStatus, TypeStatus } from './server/connected-client.ts';
export {
  createXdsServer,
  DEFAULT_GROUP,
  type XdsServer,
  type XdsServerEvents,
  type XdsServerOptions,
} from './server/server.ts';
export type { NodeInfo } from './server/wire.ts';
export { buildSnapshot, type Snapshot, type TypeSnapshot } from './snapshot.ts';
export { SnapshotCache } from './snapshot-cache.ts';

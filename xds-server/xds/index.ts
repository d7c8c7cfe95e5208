/** A generic xDS server. It knows Envoy's protocol and nothing of what the resources are for. */
export { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME, SECRET } from './protocol/resource-types.ts';
export type { ClientStatus } from './server/connected-client.ts';
export { createXdsServer, DEFAULT_GROUP, type XdsServer } from './server/server.ts';
export { buildSnapshot, type Snapshot } from './snapshot.ts';
export { SnapshotCache } from './snapshot-cache.ts';

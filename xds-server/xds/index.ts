/** A generic xDS server. It knows Envoy's protocol and nothing of what the resources are for. */
export { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME, SECRET } from './protocol/resource-types.ts';
export type { EncodedResource, ResourceJson } from './resource.ts';
export { encodeWithTtl } from './resource.ts';
export type { AckResult } from './server/ack-wait.ts';
export type { ClientHoldings, ClientStatus, ResourceHolding } from './server/connected-client.ts';
export { type Peer, peerOf } from './server/peer.ts';
export { ReloadingCredentials } from './server/reloading-credentials.ts';
export {
  createXdsServer,
  DEFAULT_GROUP,
  type GrpcService,
  type GrpcServiceOf,
  type XdsServer,
  type XdsServerOptions,
} from './server/server.ts';
export type { NodeInfo } from './server/wire.ts';
export { clientStatusService } from './services/client-status.ts';
export { healthService } from './services/health.ts';
export { reflectionService } from './services/reflection.ts';
export { buildSnapshot, type Snapshot } from './snapshot.ts';
export { SnapshotCache } from './snapshot-cache.ts';
export { createSnapshotServer, type GroupOption, type SnapshotServer } from './snapshot-server.ts';

/** What the protocol says about one type of resource. */
export interface ResourceType {
  /** Short, for logs and status: `cluster`. */
  readonly name: string;
  readonly typeUrl: string;
  /** Field of the message that holds the resource's name. */
  readonly nameField: 'name' | 'cluster_name';
  /**
   * Listeners and clusters: a state-of-the-world response always holds every resource, and an empty first request
   * subscribes to all of them.
   */
  readonly fullState: boolean;
  /** A removal is sent once the client has acknowledged the current state of these types, which may have named it. */
  readonly removalWaitsFor: readonly string[];
  /** A client that still subscribes to the name still uses the resource, so it is not taken away. */
  readonly keptWhileSubscribed: boolean;
  /** New content may name a cluster; it waits until clusters that are new to the client are acknowledged. */
  readonly waitsForNewClusters: boolean;
  readonly service: string;
  readonly streamMethod: string;
  readonly deltaMethod: string;
}

const URL_PREFIX = 'type.googleapis.com/';

export const RUNTIME = `${URL_PREFIX}envoy.service.runtime.v3.Runtime`;
export const SECRET = `${URL_PREFIX}envoy.extensions.transport_sockets.tls.v3.Secret`;
export const CLUSTER = `${URL_PREFIX}envoy.config.cluster.v3.Cluster`;
export const ENDPOINT = `${URL_PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment`;
export const EXTENSION_CONFIG = `${URL_PREFIX}envoy.config.core.v3.TypedExtensionConfig`;
export const LISTENER = `${URL_PREFIX}envoy.config.listener.v3.Listener`;
export const ROUTE = `${URL_PREFIX}envoy.config.route.v3.RouteConfiguration`;

/**
 * In the order in which they are sent.
 *
 * Envoy's xDS protocol, "Eventual consistency considerations": CDS updates (if any) must always be pushed first; EDS
 * updates (if any) must arrive after CDS updates for the respective clusters; LDS updates must arrive after
 * corresponding CDS/EDS updates; RDS updates related to the newly added listeners must arrive after CDS/EDS/LDS
 * updates; stale CDS clusters and related EDS endpoints (ones no longer being referenced) can then be removed.
 */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  {
    name: 'runtime',
    typeUrl: RUNTIME,
    nameField: 'name',
    fullState: false,
    removalWaitsFor: [],
    keptWhileSubscribed: false,
    waitsForNewClusters: false,
    service: 'envoy.service.runtime.v3.RuntimeDiscoveryService',
    streamMethod: 'StreamRuntime',
    deltaMethod: 'DeltaRuntime',
  },
  {
    name: 'secret',
    typeUrl: SECRET,
    nameField: 'name',
    fullState: false,
    removalWaitsFor: [],
    keptWhileSubscribed: true,
    waitsForNewClusters: false,
    service: 'envoy.service.secret.v3.SecretDiscoveryService',
    streamMethod: 'StreamSecrets',
    deltaMethod: 'DeltaSecrets',
  },
  {
    name: 'cluster',
    typeUrl: CLUSTER,
    nameField: 'name',
    fullState: true,
    removalWaitsFor: [EXTENSION_CONFIG, LISTENER, ROUTE],
    keptWhileSubscribed: false,
    waitsForNewClusters: false,
    service: 'envoy.service.cluster.v3.ClusterDiscoveryService',
    streamMethod: 'StreamClusters',
    deltaMethod: 'DeltaClusters',
  },
  {
    name: 'endpoint',
    typeUrl: ENDPOINT,
    nameField: 'cluster_name',
    fullState: false,
    removalWaitsFor: [CLUSTER, EXTENSION_CONFIG, LISTENER, ROUTE],
    keptWhileSubscribed: false,
    waitsForNewClusters: false,
    service: 'envoy.service.endpoint.v3.EndpointDiscoveryService',
    streamMethod: 'StreamEndpoints',
    deltaMethod: 'DeltaEndpoints',
  },
  {
    name: 'extension',
    typeUrl: EXTENSION_CONFIG,
    nameField: 'name',
    fullState: false,
    removalWaitsFor: [],
    keptWhileSubscribed: true,
    waitsForNewClusters: true,
    service: 'envoy.service.extension.v3.ExtensionConfigDiscoveryService',
    streamMethod: 'StreamExtensionConfigs',
    deltaMethod: 'DeltaExtensionConfigs',
  },
  {
    name: 'listener',
    typeUrl: LISTENER,
    nameField: 'name',
    fullState: true,
    removalWaitsFor: [],
    keptWhileSubscribed: false,
    waitsForNewClusters: true,
    service: 'envoy.service.listener.v3.ListenerDiscoveryService',
    streamMethod: 'StreamListeners',
    deltaMethod: 'DeltaListeners',
  },
  {
    name: 'route',
    typeUrl: ROUTE,
    nameField: 'name',
    fullState: false,
    removalWaitsFor: [LISTENER],
    keptWhileSubscribed: false,
    waitsForNewClusters: true,
    service: 'envoy.service.route.v3.RouteDiscoveryService',
    streamMethod: 'StreamRoutes',
    deltaMethod: 'DeltaRoutes',
  },
];

const byUrl = new Map(RESOURCE_TYPES.map((type) => [type.typeUrl, type]));

/** The type of this URL; undefined for one that this server does not serve. */
export function resourceType(typeUrl: string): ResourceType | undefined {
  return byUrl.get(typeUrl);
}

/** The kinds of resources that we serve and the message each one is. */
export const RESOURCE_TYPES = {
  listeners: 'envoy.config.listener.v3.Listener',
  secrets: 'envoy.extensions.transport_sockets.tls.v3.Secret',
  routes: 'envoy.config.route.v3.RouteConfiguration',
  clusters: 'envoy.config.cluster.v3.Cluster',
  endpoints: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  runtimes: 'envoy.service.runtime.v3.Runtime',
  extensionConfigs: 'envoy.config.core.v3.TypedExtensionConfig',
} as const;

export type ResourceKind = keyof typeof RESOURCE_TYPES;

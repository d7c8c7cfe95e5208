export const TYPE_URL_PREFIX = 'type.googleapis.com/';

/** `type.googleapis.com/envoy.config.cluster.v3.Cluster` -> `envoy.config.cluster.v3.Cluster`; undefined for other prefixes. */
export function messageNameOf(typeUrl: string): string | undefined {
  return typeUrl.startsWith(TYPE_URL_PREFIX) ? typeUrl.slice(TYPE_URL_PREFIX.length) : undefined;
}

export function typeUrlOf(messageName: string): string {
  return TYPE_URL_PREFIX + messageName;
}

import { createHash } from 'node:crypto';
import { ShadowplaneError } from '../../errors/index.ts';
import { encodeAny, messageType } from '../../protos/index.ts';
import { CLUSTER, resourceType } from './protocol/resource-types.ts';

/** A resource in ProtoJSON, `@type` included. */
export type ResourceJson = { readonly '@type'?: unknown; readonly [field: string]: unknown };

/** One resource, encoded once and shared by every stream that sends it. */
export interface EncodedResource {
  readonly typeUrl: string;
  readonly name: string;
  /** Hash of the content: equal content has equal versions in every process. */
  readonly version: string;
  /** `google.protobuf.Any` that holds the resource, as state-of-the-world responses list it. */
  readonly any: Uint8Array;
  /** `envoy.service.discovery.v3.Resource` that holds it, as delta responses list it. */
  readonly wrapped: Uint8Array;
  /** Of a cluster that gets its endpoints by EDS: the name it subscribes to. */
  readonly endpointsName?: string;
  /** A client that hears nothing of the resource for so long drops it. Absent: it keeps it. */
  readonly ttlMs?: number;
  /** `Resource` without the resource in it: renews the time to live and changes nothing. Present if `ttlMs` is. */
  readonly heartbeat?: Uint8Array;
}

/**
 * Encodes a resource. The same object is encoded only once, so whoever keeps large resources between snapshots (a
 * filter binary) passes the same object again; it must not be changed meanwhile.
 *
 * @throws ShadowplaneError ENVOY_RESOURCE_INVALID when it is none that this server serves, or not valid
 */
export function encodeResource(json: ResourceJson): EncodedResource {
  const known = encoded.get(json);
  if (known) return known;
  const { typeUrl, value } = encodeAny(json);
  const type = resourceType(typeUrl);
  if (!type) throw invalid('@type', `${typeUrl} is not delivered by xDS on its own`);
  const name = json[type.nameField] ?? (type.nameField === 'cluster_name' ? json.clusterName : undefined);
  if (typeof name !== 'string' || name === '') throw invalid(type.nameField, 'must be a name');

  const version = contentHash(value);
  const any = { type_url: typeUrl, value };
  const endpointsName = typeUrl === CLUSTER ? endpointsNameOf(json, name) : undefined;
  const resource: EncodedResource = {
    typeUrl,
    name,
    version,
    any: messageType('google.protobuf.Any').encode(any).finish(),
    wrapped: messageType('envoy.service.discovery.v3.Resource').encode({ name, version, resource: any }).finish(),
    ...(endpointsName === undefined ? {} : { endpointsName }),
  };
  encoded.set(json, resource);
  return resource;
}

/**
 * Encodes a resource that a client drops when it hears nothing of it for `ttlMs`: when it has lost its control plane, say.
 * While it is connected it gets heartbeats in time. The version does not depend on the time to live.
 */
export function encodeWithTtl(json: ResourceJson, ttlMs: number): EncodedResource {
  if (!(Number.isInteger(ttlMs) && ttlMs > 0)) throw invalid('ttl', `must be whole milliseconds above 0, not ${ttlMs}`);
  const resource = encodeResource(json);
  const { any, version } = resource;
  const mortal = { ...resource, ttlMs };
  return { ...mortal, wrapped: wrapWithTtl(mortal, version, any), heartbeat: wrapWithTtl(mortal, version) };
}

/**
 * `envoy.service.discovery.v3.Resource` with a time to live.
 *
 * @param any absent: a heartbeat
 */
export function wrapWithTtl(
  { name, ttlMs = 0 }: Pick<EncodedResource, 'name' | 'ttlMs'>,
  version: string,
  any?: Uint8Array,
): Uint8Array {
  const ttl = { seconds: Math.floor(ttlMs / 1000), nanos: (ttlMs % 1000) * 1_000_000 };
  const resource = any && messageType('google.protobuf.Any').decode(any);
  return messageType('envoy.service.discovery.v3.Resource').encode({ name, version, ttl, resource }).finish();
}

/** 64 bits of SHA-256, in hexadecimal. */
export function contentHash(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

const encoded = new WeakMap<ResourceJson, EncodedResource>();

/** EDS: "the resource name is the cluster's `service_name`, or the cluster's own name if that is not set." */
function endpointsNameOf(cluster: ResourceJson, name: string): string | undefined {
  if (cluster.type !== 'EDS') return undefined;
  const config = (cluster.eds_cluster_config ?? cluster.edsClusterConfig ?? {}) as Record<string, unknown>;
  const serviceName = config.service_name ?? config.serviceName;
  return typeof serviceName === 'string' && serviceName !== '' ? serviceName : name;
}

function invalid(path: string, message: string): ShadowplaneError {
  return new ShadowplaneError('ENVOY_RESOURCE_INVALID', `A resource is not valid: ${path} ${message}`, {
    problems: [{ path, message }],
  });
}

import protobuf from 'protobufjs';
import protojson from 'protobufjs/ext/protojson.js';
import { messageType } from '../../../protos/index.ts';
import type { Outgoing, SessionRequest, Variant } from '../protocol/session.ts';
import { type EncodedResource, wrapWithTtl } from '../resource.ts';

/** The client behind a stream, as it describes itself in its first request. */
export interface NodeInfo {
  readonly id: string;
  readonly cluster: string;
  /** Such as `envoy`. */
  readonly userAgent: string;
  /** Such as `1.40.0`; empty if the client does not say. */
  readonly userAgentVersion: string;
  readonly metadata: unknown;
  /** Such as `xds.config.resource-in-sotw`. */
  readonly clientFeatures: readonly string[];
}

export interface WireRequest extends SessionRequest {
  /** On the first request of a stream; later ones may leave it out. */
  readonly node?: NodeInfo;
}

export function decodeRequest(variant: Variant, bytes: Uint8Array): WireRequest {
  return variant === 'sotw' ? decodeSotw(bytes) : decodeDelta(bytes);
}

function decodeSotw(bytes: Uint8Array): WireRequest {
  const request = decode<SotwMessage>('envoy.service.discovery.v3.DiscoveryRequest', bytes);
  return {
    ...common(request),
    names: request.resource_names,
    unsubscribe: [],
    initialVersions: {},
    resumes: request.version_info !== '',
  };
}

function decodeDelta(bytes: Uint8Array): WireRequest {
  const request = decode<DeltaMessage>('envoy.service.discovery.v3.DeltaDiscoveryRequest', bytes);
  return {
    ...common(request),
    names: request.resource_names_subscribe,
    unsubscribe: request.resource_names_unsubscribe,
    initialVersions: request.initial_resource_versions,
    resumes: Object.keys(request.initial_resource_versions).length > 0,
  };
}

/** Resources are already encoded, so a response is put together from their bytes. */
export function encodeResponse(variant: Variant, response: Outgoing): Uint8Array {
  const writer = protobuf.Writer.create();
  const text = (field: number, value: string) => writer.uint32((field << 3) | LENGTH_DELIMITED).string(value);
  const bytes = (field: number, value: Uint8Array) => writer.uint32((field << 3) | LENGTH_DELIMITED).bytes(value);
  const fields = variant === 'sotw' ? SOTW_RESPONSE : DELTA_RESPONSE;

  text(fields.version, response.version);
  const form = variant === 'sotw' ? sotwForm : deltaForm;
  for (const resource of response.resources) bytes(fields.resources, form(resource, response));
  text(fields.typeUrl, response.typeUrl);
  text(fields.nonce, response.nonce);
  if (variant === 'delta') for (const name of response.removed) text(DELTA_RESPONSE.removed, name);
  return writer.finish();
}

/** "In order to use TTL with SotW xDS, the relevant resources must be wrapped in a Resource." */
function sotwForm(resource: EncodedResource, { version, supportsTtl }: Outgoing): Uint8Array {
  if (!supportsTtl || resource.ttlMs === undefined) return resource.any;
  const value = wrapWithTtl(resource, version, resource.any);
  return messageType('google.protobuf.Any').encode({ type_url: RESOURCE, value }).finish();
}

function deltaForm({ wrapped, heartbeat = wrapped }: EncodedResource, response: Outgoing): Uint8Array {
  return response.heartbeat ? heartbeat : wrapped;
}

const RESOURCE = 'type.googleapis.com/envoy.service.discovery.v3.Resource';
/** Field numbers of envoy.service.discovery.v3.DiscoveryResponse. */
const SOTW_RESPONSE = { version: 1, resources: 2, typeUrl: 4, nonce: 5 } as const;
/** Field numbers of envoy.service.discovery.v3.DeltaDiscoveryResponse. */
const DELTA_RESPONSE = { version: 1, resources: 2, typeUrl: 4, nonce: 5, removed: 6 } as const;
const LENGTH_DELIMITED = 2;

interface CommonMessage {
  readonly type_url: string;
  readonly response_nonce: string;
  readonly error_detail: { readonly message: string } | null;
  readonly node: NodeMessage | null;
}

interface SotwMessage extends CommonMessage {
  readonly version_info: string;
  readonly resource_names: string[];
}

interface DeltaMessage extends CommonMessage {
  readonly resource_names_subscribe: string[];
  readonly resource_names_unsubscribe: string[];
  readonly initial_resource_versions: Record<string, string>;
}

interface NodeMessage {
  readonly id: string;
  readonly cluster: string;
  readonly metadata: protobuf.Message | null;
  readonly user_agent_name: string;
  readonly user_agent_version?: string;
  readonly client_features: string[];
  readonly user_agent_build_version?: {
    readonly version: { readonly major_number: number; readonly minor_number: number; readonly patch: number } | null;
  };
}

function decode<T>(name: string, bytes: Uint8Array): T {
  return messageType(name).decode(bytes) as unknown as T;
}

function common(request: CommonMessage) {
  return {
    typeUrl: request.type_url,
    nonce: request.response_nonce,
    ...(request.error_detail ? { error: request.error_detail.message.trim() } : {}),
    ...(request.node ? { node: nodeInfo(request.node) } : {}),
  };
}

function nodeInfo(node: NodeMessage): NodeInfo {
  const version = node.user_agent_build_version?.version;
  const built = version ? `${version.major_number}.${version.minor_number}.${version.patch}` : '';
  return {
    id: node.id,
    cluster: node.cluster,
    userAgent: node.user_agent_name,
    userAgentVersion: node.user_agent_version || built,
    clientFeatures: node.client_features,
    metadata: node.metadata ? protojson.toJson(messageType('google.protobuf.Struct'), node.metadata) : {},
  };
}

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

/** Most requests are a mere ACK, so they are read by hand; only what tells of the client is left to the generated code. */
export function decodeRequest(variant: Variant, bytes: Uint8Array): WireRequest {
  const fields = variant === 'sotw' ? SOTW_REQUEST : DELTA_REQUEST;
  const reader = protobuf.Reader.create(bytes);
  const names: string[] = [];
  const unsubscribe: string[] = [];
  const initialVersions: Record<string, string> = {};
  let version = '';
  let typeUrl = '';
  let nonce = '';
  let error: string | undefined;
  let node: NodeInfo | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = (tag & 7) === LENGTH_DELIMITED ? tag >>> 3 : UNKNOWN;
    if (field === fields.typeUrl) typeUrl = reader.string();
    else if (field === fields.nonce) nonce = reader.string();
    else if (field === fields.names) names.push(reader.string());
    else if (field === fields.unsubscribe) unsubscribe.push(reader.string());
    else if (field === fields.version) version = reader.string();
    else if (field === fields.node) node = nodeInfo(decode<NodeMessage>('envoy.config.core.v3.Node', reader.bytes()));
    else if (field === fields.error) {
      error = decode<StatusMessage>('google.rpc.Status', reader.bytes()).message.trim();
    } else if (field === fields.initialVersions) readEntry(reader, initialVersions);
    else reader.skipType(tag & 7);
  }
  return {
    typeUrl,
    nonce,
    names,
    unsubscribe,
    initialVersions,
    resumes: variant === 'sotw' ? version !== '' : Object.keys(initialVersions).length > 0,
    ...(error !== undefined && { error }),
    ...(node && { node }),
  };
}

function readEntry(reader: protobuf.Reader, entries: Record<string, string>): void {
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new RangeError('an entry is longer than the message');
  let key = '';
  let value = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === KEY_OF_ENTRY) key = reader.string();
    else if (tag === VALUE_OF_ENTRY) value = reader.string();
    else reader.skipType(tag & 7);
  }
  // A name may be any text, __proto__ too.
  Object.defineProperty(entries, key, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * A response as gRPC takes it. All of it but the nonce is shared by every client that gets the same, and is copied once, into
 * the frame that gRPC makes: to gRPC this looks like the Buffer that it asks for.
 */
export class EncodedResponse {
  readonly byteLength: number;
  readonly #body: Uint8Array;
  readonly #nonce: string;

  constructor(body: Uint8Array, nonce: string) {
    this.#body = body;
    this.#nonce = nonce;
    this.byteLength = body.length + 2 + nonce.length;
  }

  /** The order of fields means nothing: the one that differs from stream to stream comes last. */
  copy(target: Buffer, start: number): number {
    target.set(this.#body, start);
    const at = start + this.#body.length;
    target[at] = (NONCE << 3) | LENGTH_DELIMITED;
    target[at + 1] = this.#nonce.length;
    target.write(this.#nonce, at + 2, 'latin1');
    return this.byteLength;
  }
}

/** Resources are already encoded, so a response is put together from their bytes. */
export function encodeResponse(variant: Variant, response: Outgoing): EncodedResponse {
  return new EncodedResponse(sharedBody(variant, response), response.nonce);
}

interface Body {
  readonly variant: Variant;
  readonly response: Outgoing;
  readonly bytes: Uint8Array;
}

/** By its first resource: the latest body, which many clients of a group get one after the other. */
const bodies = new WeakMap<EncodedResource, Body>();

/** A response without its nonce: the same for every client that gets the same. */
function sharedBody(variant: Variant, response: Outgoing): Uint8Array {
  const [first] = response.resources;
  const known = first && bodies.get(first);
  if (known?.variant === variant && isSameBody(known.response, response)) return known.bytes;
  const bytes = encodeBody(variant, response);
  if (first) bodies.set(first, { variant, response, bytes });
  return bytes;
}

function isSameBody(a: Outgoing, b: Outgoing): boolean {
  return (
    a.version === b.version &&
    a.typeUrl === b.typeUrl &&
    a.heartbeat === b.heartbeat &&
    a.supportsTtl === b.supportsTtl &&
    isSameList(a.resources, b.resources) &&
    isSameList(a.removed, b.removed)
  );
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function encodeBody(variant: Variant, response: Outgoing): Uint8Array {
  const writer = protobuf.Writer.create();
  const text = (field: number, value: string) => writer.uint32((field << 3) | LENGTH_DELIMITED).string(value);
  const bytes = (field: number, value: Uint8Array) => writer.uint32((field << 3) | LENGTH_DELIMITED).bytes(value);
  const fields = variant === 'sotw' ? SOTW_RESPONSE : DELTA_RESPONSE;

  text(fields.version, response.version);
  const form = variant === 'sotw' ? sotwForm : deltaForm;
  for (const resource of response.resources) bytes(fields.resources, form(resource, response));
  text(fields.typeUrl, response.typeUrl);
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
/** Field numbers of envoy.service.discovery.v3.DiscoveryResponse and DeltaDiscoveryResponse. */
const SOTW_RESPONSE = { version: 1, resources: 2, typeUrl: 4 } as const;
const DELTA_RESPONSE = { version: 1, resources: 2, typeUrl: 4, removed: 6 } as const;
const NONCE = 5;
const UNKNOWN = -1;
const NONE = -2;
/** Field numbers of DiscoveryRequest and DeltaDiscoveryRequest; what one has not is never met. */
const SOTW_REQUEST = {
  version: 1,
  node: 2,
  names: 3,
  typeUrl: 4,
  nonce: 5,
  error: 6,
  unsubscribe: NONE,
  initialVersions: NONE,
};
const DELTA_REQUEST = {
  node: 1,
  typeUrl: 2,
  names: 3,
  unsubscribe: 4,
  initialVersions: 5,
  nonce: 6,
  error: 7,
  version: NONE,
};
const LENGTH_DELIMITED = 2;
const KEY_OF_ENTRY = (1 << 3) | LENGTH_DELIMITED;
const VALUE_OF_ENTRY = (2 << 3) | LENGTH_DELIMITED;

interface StatusMessage {
  readonly message: string;
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

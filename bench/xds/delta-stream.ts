/**
 * One delta client on a connection of its own, as an Envoy has one, with as little work of its own as possible: it reads
 * type and nonce of a response and acknowledges it. gRPC by hand over HTTP/2, the same towards every server.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import protobuf from 'protobufjs';
import { messageType } from '../../protos/index.ts';

const TYPES = 'type.googleapis.com/envoy.config.';
const CLUSTER = `${TYPES}cluster.v3.Cluster`;
const ROUTE = `${TYPES}route.v3.RouteConfiguration`;
export const NODE = 'bench';
export const ROUTES_NAME = 'routes';

const PREFIX_BYTES = 5;
/** Field numbers of DeltaDiscoveryResponse. */
const TYPE_URL = 4;
const NONCE = 5;

export interface DeltaStream {
  close(): void;
}

export interface DeltaStreamEvents {
  /** A response of routes was acknowledged. */
  routes(bytes: number): void;
  failed(reason: string): void;
}

export function openDeltaStream(address: string, events: DeltaStreamEvents): DeltaStream {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: 1024 * 1024 } });
  const stream = openCall(session);
  const reader = new FrameReader((message) => {
    const { typeUrl, nonce } = readResponse(message);
    stream.write(frame({ type_url: typeUrl, response_nonce: nonce }));
    if (typeUrl === ROUTE) events.routes(message.length);
  });
  let closed = false;
  const failed = (reason: string) => {
    if (!closed) events.failed(reason);
    closed = true;
  };
  session.on('error', (error) => failed(String(error)));
  stream.on('error', (error) => failed(String(error)));
  stream.on('trailers', (trailers) => failed(`grpc-status ${trailers['grpc-status']} ${trailers['grpc-message']}`));
  stream.on('data', (chunk: Buffer) => reader.push(chunk));
  // The node comes with the first message only; an empty first subscription of clusters means all of them.
  stream.write(frame({ node: { id: NODE, cluster: NODE, user_agent_name: 'bench' }, type_url: CLUSTER }));
  stream.write(frame({ type_url: ROUTE, resource_names_subscribe: [ROUTES_NAME] }));
  return {
    close() {
      closed = true;
      session.destroy();
    },
  };
}

function openCall(session: ClientHttp2Session): ClientHttp2Stream {
  return session.request({
    ':method': 'POST',
    ':path': '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
}

function frame(request: Record<string, unknown>): Buffer {
  const type = messageType('envoy.service.discovery.v3.DeltaDiscoveryRequest');
  const message = type.encode(type.fromObject(request)).finish();
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

export function readResponse(message: Uint8Array): { readonly typeUrl: string; readonly nonce: string } {
  const reader = protobuf.Reader.create(message);
  let typeUrl = '';
  let nonce = '';
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === TYPE_URL) typeUrl = reader.string();
    else if (tag >>> 3 === NONCE) nonce = reader.string();
    else reader.skipType(tag & 7);
  }
  return { typeUrl, nonce };
}

/** Puts gRPC messages together from whatever pieces arrive. */
export class FrameReader {
  readonly #onMessage: (message: Uint8Array) => void;
  #pieces: Buffer[] = [];
  #length = 0;
  #needed = PREFIX_BYTES;

  constructor(onMessage: (message: Uint8Array) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= this.#needed) {
      const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
      const end = PREFIX_BYTES + all.readUInt32BE(1);
      this.#pieces = [all];
      this.#needed = end;
      if (all.length < end) return;
      const rest = all.subarray(end);
      this.#pieces = [rest];
      this.#length = rest.length;
      this.#needed = PREFIX_BYTES;
      this.#onMessage(all.subarray(PREFIX_BYTES, end));
    }
  }
}

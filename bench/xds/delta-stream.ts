/**
 * One delta client on a connection of its own, as an Envoy has one, with as little work of its own as possible: it reads
 * type and nonce of a response and acknowledges it.
 */
import protobuf from 'protobufjs';
import { messageType } from '../../protos/index.ts';
import { openRawCall } from './raw-call.ts';

const METHOD = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const TYPES = 'type.googleapis.com/envoy.config.';
const CLUSTER = `${TYPES}cluster.v3.Cluster`;
const ROUTE = `${TYPES}route.v3.RouteConfiguration`;
export const NODE = 'bench';
export const ROUTES_NAME = 'routes';

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
  const call = openRawCall(address, METHOD, {
    message(message) {
      const { typeUrl, nonce } = readResponse(message);
      call.send(request({ type_url: typeUrl, response_nonce: nonce }));
      if (typeUrl === ROUTE) events.routes(message.length);
    },
    failed: events.failed,
  });
  // The node comes with the first message only; an empty first subscription of clusters means all of them.
  call.send(request({ node: { id: NODE, cluster: NODE, user_agent_name: 'bench' }, type_url: CLUSTER }));
  call.send(request({ type_url: ROUTE, resource_names_subscribe: [ROUTES_NAME] }));
  return call;
}

function request(fields: Record<string, unknown>): Uint8Array {
  const type = messageType('envoy.service.discovery.v3.DeltaDiscoveryRequest');
  return type.encode(type.fromObject(fields)).finish();
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

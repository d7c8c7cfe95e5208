import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { RESOURCE_TYPES, type ResourceType } from '../protocol/resource-types.ts';
import type { Variant } from '../protocol/session.ts';
import { decodeRequest, EncodedResponse, type WireRequest } from './wire.ts';

/** A gRPC method that carries xDS. */
export interface XdsMethod {
  readonly variant: Variant;
  /** Absent: the aggregated stream, which carries all types. */
  readonly type?: ResourceType;
}

export interface XdsService {
  /** With its package. */
  readonly name: string;
  readonly definition: ServiceDefinition;
  /** By method name. */
  readonly methods: Readonly<Record<string, XdsMethod>>;
}

/** The aggregated service and the service of each type, both variants of the protocol on each. */
export const XDS_SERVICES: readonly XdsService[] = [
  service('envoy.service.discovery.v3.AggregatedDiscoveryService', {
    StreamAggregatedResources: { variant: 'sotw' },
    DeltaAggregatedResources: { variant: 'delta' },
  }),
  ...RESOURCE_TYPES.map((type) =>
    service(type.service, {
      [type.streamMethod]: { variant: 'sotw', type },
      [type.deltaMethod]: { variant: 'delta', type },
    }),
  ),
];

function service(name: string, methods: Record<string, XdsMethod>): XdsService {
  const definitions = Object.entries(methods).map(
    ([method, { variant }]) => [method, methodDefinition(`/${name}/${method}`, variant)] as const,
  );
  return { name, definition: Object.fromEntries(definitions), methods };
}

function methodDefinition(path: string, variant: Variant): MethodDefinition<WireRequest, EncodedResponse> {
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestDeserialize: (bytes) => decodeRequest(variant, bytes),
    responseSerialize: (response) => response as unknown as Buffer,
    // A client would need these; this server is none.
    requestSerialize: () => Buffer.alloc(0),
    responseDeserialize: (bytes) => new EncodedResponse(bytes, ''),
  };
}

import { type ServerDuplexStream, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { messageType } from '../../../protos/index.ts';
import { SECRET } from '../protocol/resource-types.ts';
import type { ClientHoldings, ResourceHolding } from '../server/connected-client.ts';
import type { GrpcService, XdsServer } from '../server/server.ts';

const PACKAGE = 'envoy.service.status.v3';
const raw = (bytes: Buffer) => bytes;

interface StatusRequest {
  readonly node_matchers: ReadonlyArray<{
    readonly node_id: { readonly match_pattern?: string; readonly [pattern: string]: unknown } | null;
    readonly node_metadatas: readonly unknown[];
  }>;
  readonly exclude_resource_contents: boolean;
}

/**
 * `ClientStatusDiscoveryService`: tells, resource by resource, what each connected client has, as `xdscli` and the like
 * show it. Secrets are named, never shown.
 */
export function clientStatusService(server: XdsServer): GrpcService {
  const answer = (bytes: Buffer) => encode(server.holdings(), decode(bytes));
  const method = (name: string, streams: boolean) => ({
    path: `/${PACKAGE}.ClientStatusDiscoveryService/${name}`,
    requestStream: streams,
    responseStream: streams,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  });
  return {
    definition: {
      FetchClientStatus: method('FetchClientStatus', false),
      StreamClientStatus: method('StreamClientStatus', true),
    },
    implementation: {
      FetchClientStatus: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        try {
          done(null, answer(call.request));
        } catch (error) {
          done(invalid(error));
        }
      },
      StreamClientStatus: (call: ServerDuplexStream<Buffer, Buffer>) => {
        call.on('data', (bytes: Buffer) => {
          try {
            call.write(answer(bytes));
          } catch (error) {
            call.emit('error', invalid(error));
          }
        });
        call.on('end', () => call.end());
      },
    },
  };
}

function invalid(error: unknown) {
  return { code: status.INVALID_ARGUMENT, details: error instanceof Error ? error.message : String(error) };
}

function decode(bytes: Buffer): StatusRequest {
  return messageType(`${PACKAGE}.ClientStatusRequest`).decode(bytes) as unknown as StatusRequest;
}

function encode(clients: readonly ClientHoldings[], request: StatusRequest): Buffer {
  const matches = matcherOf(request);
  const config = clients
    .filter(({ node }) => matches(node.id))
    .map(({ node, resources }) => ({
      node: {
        id: node.id,
        cluster: node.cluster,
        user_agent_name: node.userAgent,
        user_agent_version: node.userAgentVersion,
      },
      generic_xds_configs: resources.map((resource) => resourceConfig(resource, request.exclude_resource_contents)),
    }));
  const type = messageType(`${PACKAGE}.ClientStatusResponse`);
  return Buffer.from(type.encode(type.fromObject({ config })).finish());
}

const PATTERNS: Readonly<Record<string, (id: string, text: string) => boolean>> = {
  exact: (id, text) => id === text,
  prefix: (id, text) => id.startsWith(text),
  suffix: (id, text) => id.endsWith(text),
  contains: (id, text) => id.includes(text),
};

/** "Management server can use these match criteria to identify clients. The match follows OR semantics." */
function matcherOf({ node_matchers }: StatusRequest): (id: string) => boolean {
  const matchers = node_matchers.map(({ node_id, node_metadatas }) => {
    const name = node_id?.match_pattern ?? '';
    const pattern = PATTERNS[name];
    if (!pattern || node_metadatas.length > 0) {
      throw new Error('nodes can be chosen by node_id alone: exact, prefix, suffix or contains');
    }
    return (id: string) => pattern(id, String(node_id![name]));
  });
  return (id) => matchers.length === 0 || matchers.some((matches) => matches(id));
}

const CLIENT_STATUS = {
  requested: 'REQUESTED',
  absent: 'DOES_NOT_EXIST',
  sent: 'REQUESTED',
  'in use': 'ACKED',
  rejected: 'NACKED',
};

function resourceConfig(
  { typeUrl, name, version, resource, state, current, rejection }: ResourceHolding,
  bare: boolean,
) {
  const shown = resource && !bare && typeUrl !== SECRET;
  return {
    type_url: typeUrl,
    name,
    version_info: version ?? '',
    config_status: configStatus(state, current),
    client_status: CLIENT_STATUS[state],
    ...(shown && { xds_config: messageType('google.protobuf.Any').decode(resource.any) }),
    ...(rejection && {
      error_state: {
        details: rejection.message,
        version_info: rejection.version,
        last_update_attempt: { seconds: Math.floor(rejection.at.getTime() / 1000) },
      },
    }),
  };
}

function configStatus(state: ResourceHolding['state'], current: boolean): string {
  if (state === 'rejected') return 'ERROR';
  if (state === 'requested') return 'NOT_SENT';
  // "STALE: management server sent the config to the client but has not received ACK/NACK."
  return current && state !== 'sent' ? 'SYNCED' : 'STALE';
}

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { envoyTree } from '../tree.ts';
import { writeTypes } from './write-types.ts';

export const TYPES_FILE = fileURLToPath(new URL('envoy.ts', import.meta.url));

/** What we write ourselves; everything that is reachable from here gets an interface. */
const ROOTS = [
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.service.runtime.v3.Runtime',
  'envoy.config.core.v3.TypedExtensionConfig',
  'envoy.config.bootstrap.v3.Bootstrap',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'envoy.extensions.transport_sockets.tls.v3.Secret',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
  'envoy.extensions.filters.http.wasm.v3.Wasm',
  'envoy.extensions.filters.http.router.v3.Router',
  'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec',
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSession',
  'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
  'envoy.extensions.access_loggers.file.v3.FileAccessLog',
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
  'envoy.extensions.access_loggers.stream.v3.StderrAccessLog',
];

export function typesText(): string {
  return `${HEADER}${writeTypes(envoyTree(), ROOTS)}`;
}

const HEADER = `// Made by \`npx tsx protos/types/generate.ts\` from the loaded tree of Envoy 1.40; do not edit.
// biome-ignore-all format: generated, one field a line
// biome-ignore-all lint: generated

/** Any message with the URL of its type, as ProtoJSON writes google.protobuf.Any. */
export interface AnyJson {
  readonly '@type': string;
  readonly [field: string]: unknown;
}

`;

if (import.meta.filename === process.argv[1]) writeFileSync(TYPES_FILE, typesText());

import type { AccessLog, EnvoyJson } from '../policy/model.ts';
import { typed } from './envoy-json.ts';
import { EXCHANGE_ID_STATE } from './names.ts';

/**
 * One JSON object a request. `mirror`, `reason` and `segment` are there when the request took a mirror route, that is
 * when copies were meant to be sent; `exchange_id`, which begins with the decision, also when the share then left it out.
 */
const FIELDS: EnvoyJson = {
  time: '%START_TIME%',
  method: '%REQ(:METHOD)%',
  host: '%REQ(:AUTHORITY)%',
  path: '%REQ(:PATH)%',
  protocol: '%PROTOCOL%',
  status: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  duration_ms: '%DURATION%',
  upstream_ms: '%RESPONSE_DURATION%',
  request_bytes: '%BYTES_RECEIVED%',
  response_bytes: '%BYTES_SENT%',
  client: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  user_agent: '%REQ(USER-AGENT)%',
  request_id: '%REQ(X-REQUEST-ID)%',
  route: '%ROUTE_NAME%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream: '%UPSTREAM_HOST%',
  mirror: '%METADATA(ROUTE:shadowplane:mirror)%',
  reason: '%METADATA(ROUTE:shadowplane:reason)%',
  segment: '%METADATA(ROUTE:shadowplane:segment)%',
  exchange_id: `%FILTER_STATE(${EXCHANGE_ID_STATE}:PLAIN)%`,
};

/** The loggers of the listener: none, standard output or a file. */
export function accessLoggers({ to }: AccessLog): EnvoyJson[] {
  if (to === 'off') return [];
  const log_format = { json_format: FIELDS, omit_empty_values: true };
  if (to === 'stdout') {
    return [logger('stdout', typed('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', { log_format }))];
  }
  return [
    logger('file', typed('envoy.extensions.access_loggers.file.v3.FileAccessLog', { path: to.file, log_format })),
  ];
}

function logger(kind: 'stdout' | 'file', typed_config: EnvoyJson): EnvoyJson {
  return { name: `envoy.access_loggers.${kind}`, typed_config };
}

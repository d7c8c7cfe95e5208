import { isIP } from 'node:net';
import type { Address, EnvoyJson, Policy } from '../policy/model.ts';
import { duration, socketAddress } from './envoy-json.ts';
import type { FilterCapture } from './filter-config.ts';
import { touches } from './merge.ts';
import { COLLECTOR_CLUSTER } from './names.ts';
import { COLLECTOR_OWNER, secretReferences } from './secrets.ts';
import { type ControlPlaneTls, controlPlaneTls } from './tls.ts';

/** Where Envoys send what the filter captures. */
export interface CaptureTarget {
  readonly address: Address;
  /** Absent: plain text. */
  readonly tls?: CaptureTls | undefined;
}

export type CaptureTls = ControlPlaneTls;

const CONNECT_TIMEOUT_MS = 1000;
const KIB = 1024;

/** What the filter is told in both roles, when no mirror asks for more; `filter-config.ts` says what each means. */
export const CAPTURE: FilterCapture = {
  cluster: COLLECTOR_CLUSTER,
  maxBodyBytes: 64 * KIB,
  flushIntervalMs: 200,
  maxMemoryBytes: 16 * KIB * KIB,
  // Those that say how an answer is to be read, and those by which a request is found elsewhere. Never credentials.
  requestHeaders: ['accept', 'accept-encoding', 'accept-language', 'content-type', 'traceparent', 'x-request-id'],
};

/** What the filter may take for granted because of how this configuration is made. */
export function captureShortcuts({ envoy: { httpFilters, merge } }: Policy): Partial<FilterCapture> {
  return {
    routesAreMarked: true,
    localRepliesAreErrors:
      httpFilters.after.length === 0 && !touches(merge.httpConnectionManager, 'local_reply_config'),
  };
}

/** The cluster that takes the batches. One that stands in a bootstrap (`static`) reads its files once. At most one is under way per worker and role, so Envoy's own bounds are enough. */
export function collectorCluster({ address, tls }: CaptureTarget, from: 'xds' | 'static' = 'xds'): EnvoyJson {
  const { host, port } = address;
  return {
    name: COLLECTOR_CLUSTER,
    ...(isIP(host) === 0 ? { type: 'STRICT_DNS', dns_lookup_family: 'V4_PREFERRED' } : { type: 'STATIC' }),
    connect_timeout: duration(CONNECT_TIMEOUT_MS),
    ...(tls && {
      transport_socket: controlPlaneTls('http1', tls, from === 'xds' ? secretReferences(COLLECTOR_OWNER) : undefined),
    }),
    load_assignment: {
      cluster_name: COLLECTOR_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, port) } }] }],
    },
  };
}

import type { EnvoyJson, MirrorLimits } from '../policy/model.ts';
import { type RoleOptions, UNBOUNDED } from './cluster.ts';
import { duration, typed } from './envoy-json.ts';
import { filterSlot } from './filter-slot.ts';
import { removeHeader, setHeader } from './header-mutations.ts';
import { FORWARDED_FOR_OF_COPY, SHADOW_FILTER } from './names.ts';

const SMALLEST_BUFFER_BYTES = 16 * 1024 * 1024;

/** What Envoy may hold of one copy: twice of what it is cut at, so that it is cut before it holds back the client. */
export function copyBufferBytes({ maxBodyBytes }: Pick<MirrorLimits, 'maxBodyBytes'>): number {
  return Math.max(SMALLEST_BUFFER_BYTES, 2 * maxBodyBytes);
}

/**
 * What keeps a slow, broken or hungry shadow from the users. A copy that grows beyond its limit is cut by our filter
 * while the buffer towards the shadow, twice as large, still takes it, so that it never holds back the upload of the client;
 * a copy that lasts too long is reset; copies beyond the bound are dropped at once.
 */
export function isolated(limits: MirrorLimits): RoleOptions {
  const bufferBytes = copyBufferBytes(limits);
  return {
    cluster: {
      per_connection_buffer_limit_bytes: bufferBytes,
      circuit_breakers: { thresholds: [bound('DEFAULT', limits), bound('HIGH', limits)] },
    },
    // Over HTTP/2 it is the stream that buffers what the shadow does not read, and this is how much Envoy lets it hold.
    http2: { initial_stream_window_size: bufferBytes },
    httpProtocol: {
      common_http_protocol_options: { max_stream_duration: duration(limits.timeoutMs) },
      http_filters: [
        restoreForwardedFor(),
        filterSlot(SHADOW_FILTER),
        {
          name: 'envoy.filters.http.upstream_codec',
          typed_config: typed('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec'),
        },
      ],
    },
  };
}

/**
 * Requests are bounded, connections are not: at a bound of connections Envoy would queue copies, and the wait would pass
 * for latency of the shadow. Only the time it takes to connect is waited for, by as many copies as may be in flight.
 */
function bound(priority: 'DEFAULT' | 'HIGH', { maxConcurrent }: MirrorLimits): EnvoyJson {
  return {
    priority,
    max_connections: UNBOUNDED,
    max_pending_requests: maxConcurrent,
    max_requests: maxConcurrent,
    max_retries: 0,
    // Shows the bound among Envoy's statistics, so that the control plane can tell a cluster that has another one.
    track_remaining: true,
  };
}

/**
 * Envoy appends its own address to a copy's `x-forwarded-for` and marks the copy `x-envoy-internal`. A service that looks
 * at either would answer a copy differently, so both become what the primary saw.
 */
function restoreForwardedFor(): EnvoyJson {
  return {
    name: 'shadowplane.forwarded-for',
    typed_config: typed('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
      mutations: {
        request_mutations: [
          removeHeader('x-envoy-internal'),
          removeHeader('x-forwarded-for'),
          setHeader('x-forwarded-for', `%REQ(${FORWARDED_FOR_OF_COPY})%`),
          removeHeader(FORWARDED_FOR_OF_COPY),
        ],
      },
    }),
  };
}

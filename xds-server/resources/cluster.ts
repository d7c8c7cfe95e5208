import type { EnvoyJson, Service } from '../policy/model.ts';
import { hasOnlyIpAddresses, loadAssignment } from './endpoints.ts';
import { duration, OVER_ADS, typed } from './envoy-json.ts';
import { FAITHFUL_HTTP1 } from './faithful-http1.ts';
import { healthCheck } from './health-check.ts';
import { secretReferences, serviceOwner } from './secrets.ts';
import { upstreamTls } from './tls.ts';

/** What the role of a cluster adds to how its service is reached. */
export interface RoleOptions {
  readonly cluster: EnvoyJson;
  readonly httpProtocol: EnvoyJson;
  /** For a service that speaks HTTP/2. */
  readonly http2: EnvoyJson;
}

/** A bound that is none: no number of requests that one machine could hold open reaches it. */
export const UNBOUNDED = 1_000_000_000;

/**
 * The primary and the default service: no bound of ours. Envoy's own (1,024 requests, connections, retries) would answer
 * users with 503 where the service might still have coped.
 */
export const SERVING: RoleOptions = {
  cluster: {
    circuit_breakers: {
      thresholds: ['DEFAULT', 'HIGH'].map((priority) => ({
        priority,
        max_connections: UNBOUNDED,
        max_pending_requests: UNBOUNDED,
        max_requests: UNBOUNDED,
        max_retries: UNBOUNDED,
      })),
    },
  },
  httpProtocol: {},
  http2: {},
};

/** One cluster: how a service is found and spoken to, plus what its role adds. */
export function buildCluster(
  name: string,
  service: Service,
  role: RoleOptions,
  transportSocket?: EnvoyJson,
): EnvoyJson {
  return {
    name,
    ...discovery(name, service),
    connect_timeout: duration(service.connectTimeoutMs),
    ...(service.tls && {
      transport_socket:
        transportSocket ?? upstreamTls(service, service.tls, secretReferences(serviceOwner(service.name))),
    }),
    ...(service.healthCheck && { health_checks: [healthCheck(service, service.healthCheck)] }),
    ...role.cluster,
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        { explicit_http_config: protocol(service, role), ...role.httpProtocol },
      ),
    },
  };
}

function discovery(name: string, service: Service): EnvoyJson {
  if (hasOnlyIpAddresses(service)) return { type: 'EDS', eds_cluster_config: { eds_config: OVER_ADS } };
  return { type: 'STRICT_DNS', dns_lookup_family: 'V4_PREFERRED', load_assignment: loadAssignment(name, service) };
}

function protocol(service: Service, { http2 }: RoleOptions): EnvoyJson {
  return service.protocol === 'http2' ? { http2_protocol_options: http2 } : { http_protocol_options: FAITHFUL_HTTP1 };
}

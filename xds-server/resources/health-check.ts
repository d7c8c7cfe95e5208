import type { EnvoyJson, HealthCheck, Service } from '../policy/model.ts';
import { duration } from './envoy-json.ts';
import { serverNameOf } from './tls.ts';

/** Active HTTP health checks in the service's own protocol and under its own name (Envoy would send the cluster's). */
export function healthCheck(service: Service, check: HealthCheck): EnvoyJson {
  return {
    timeout: duration(check.timeoutMs),
    interval: duration(check.intervalMs),
    unhealthy_threshold: check.unhealthyThreshold,
    healthy_threshold: check.healthyThreshold,
    http_health_check: {
      path: check.path,
      host: (service.tls && serverNameOf(service, service.tls)) ?? service.addresses[0]!.host,
      codec_client_type: service.protocol === 'http2' ? 'HTTP2' : 'HTTP1',
    },
  };
}

import { isIP } from 'node:net';
import type { EnvoyJson, Service } from '../policy/model.ts';
import { socketAddress } from './envoy-json.ts';

/** Services known by IP addresses alone get their endpoints by EDS; a DNS name is resolved by Envoy itself. */
export function hasOnlyIpAddresses(service: Service): boolean {
  return service.addresses.every(({ host }) => isIP(host) !== 0);
}

/** The endpoints of one cluster: an EDS resource, or part of a cluster with DNS names. */
export function loadAssignment(cluster: string, service: Service): EnvoyJson {
  return {
    cluster_name: cluster,
    endpoints: [
      {
        lb_endpoints: service.addresses.map(({ host, port }) => ({ endpoint: { address: socketAddress(host, port) } })),
      },
    ],
  };
}

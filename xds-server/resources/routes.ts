import type { EnvoyJson, Policy } from '../policy/model.ts';
import { routesOfMirror, routeTo } from './mirror-route.ts';
import { DEFAULT_ROUTE, defaultClusterName, ROUTE_CONFIGURATION, virtualHostName } from './names.ts';
import { domainsOf, mirrorsOfDomain } from './virtual-hosts.ts';

/**
 * The one route configuration: a virtual host for every host that a mirror names and one for all others. Envoy picks
 * one virtual host and never falls back to another, so each holds every mirror that applies to it. The port in a host
 * is ignored. What no route matches goes to the default service or, without one, is answered 404.
 */
export function buildRoutes(policy: Policy): EnvoyJson {
  return {
    name: ROUTE_CONFIGURATION,
    ignore_port_in_host_matching: true,
    virtual_hosts: domainsOf(policy.mirrors).map((domain) => ({
      name: virtualHostName(domain),
      domains: [domain],
      routes: [
        ...policy.envoy.routes,
        ...mirrorsOfDomain(policy.mirrors, domain).flatMap(routesOfMirror),
        ...defaultRoutes(policy),
      ],
    })),
  };
}

function defaultRoutes(policy: Policy): EnvoyJson[] {
  if (policy.default === undefined) return [];
  return [routeTo(DEFAULT_ROUTE, { prefix: '/' }, defaultClusterName(policy.default))];
}

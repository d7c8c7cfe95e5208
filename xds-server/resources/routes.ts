import type { EnvoyJson, Policy } from '../policy/model.ts';
import { typed } from './envoy-json.ts';
import { routeTo } from './mirror-route.ts';
import { DEFAULT_ROUTE, defaultClusterName, PRIMARY_FILTER, ROUTE_CONFIGURATION, virtualHostName } from './names.ts';
import { plainRoutes, routeTable } from './route-table.ts';
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
      ...(policy.mirroring === 'off' ? plainRoutes : routeTable)(mirrorsOfDomain(policy.mirrors, domain), {
        first: policy.envoy.routes,
        last: defaultRoutes(policy),
        changesAfterDecision: policy.envoy.httpFilters.after.length > 0,
      }),
    })),
  };
}

function defaultRoutes(policy: Policy): EnvoyJson[] {
  if (policy.default === undefined) return [];
  const service = policy.services.find(({ name }) => name === policy.default);
  return [
    {
      ...routeTo(DEFAULT_ROUTE, { prefix: '/' }, service?.cluster ?? defaultClusterName(policy.default)),
      ...(mayPassFilterBy(policy) && { typed_per_filter_config: WITHOUT_FILTER }),
    },
  ];
}

/** Envoy then builds the filter chain of such a request without our filter: it never enters the virtual machine. */
const WITHOUT_FILTER: EnvoyJson = {
  [PRIMARY_FILTER]: typed('envoy.config.route.v3.FilterConfig', { disabled: true }),
};

/**
 * Envoy builds the chain for the route that it found first. The user's own filters in front of ours may still turn the
 * request into one that a mirror covers, so where there are any, our filter sees everything.
 */
function mayPassFilterBy({ envoy, mirroring }: Policy): boolean {
  // Where nothing is mirrored the filter does nothing, and may have left the listener.
  return envoy.httpFilters.before.length === 0 && mirroring === 'on';
}

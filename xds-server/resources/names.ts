import type { Address } from '../policy/model.ts';

/**
 * Names that appear in Envoy: in its configuration, statistics and access log. Users build dashboards on them and the
 * filter writes the same decisions, so they are made here and nowhere else. Names of mirrors, segments and services are
 * `[a-z]([-a-z0-9]*[a-z0-9])?`, so `/` and `.` separate unambiguously.
 */

/** `primary`: copies of what the candidate answered, during a rollout; they go back to the service that it replaces. */
export type CopyRole = 'candidate' | 'control' | 'primary';

/**
 * Filter state that the filter writes with proxy_set_property and routes match; Envoy adds `wasm.` to what is written. It
 * is the id of the exchange, and it begins with the decision: `orders/segment/employees/` and 36 hexadecimal digits.
 */
export const EXCHANGE_ID_STATE = 'wasm.shadowplane.id';

/**
 * Filter state, in sticky mirrors with a rollout: a hash of the user's stable key, 16 hexadecimal digits. Absent for a user
 * without one.
 */
export const USER_STATE = 'wasm.shadowplane.user';

/** What the id of an exchange with this decision begins with. No decision of another name does. */
export function exchangeIdPrefix(decision: string): string {
  return `${decision}/`;
}

/** A decision, and the name of its mirror route at once: `orders/segment/employees`. */
export function segmentRoute(mirror: string, segment: string): string {
  return `${mirror}/segment/${segment}`;
}

/** The same for a request that is in no segment: `orders/sample`. */
export function sampleRoute(mirror: string): string {
  return `${mirror}/sample`;
}

/** Requests of the mirror's path that are not copied. */
export function plainRoute(mirror: string): string {
  return mirror;
}

/**
 * The decision on a request that may not be copied (its method, its size), in a mirror with a rollout: it has an audience all
 * the same. `orders/users/segment/employees` for `orders/segment/employees`.
 */
export function usersDecision(decision: string): string {
  return decision.replace('/', '/users/');
}

/** Requests of a decision that users get the candidate's answer to: `orders/candidate/segment/employees`. */
export function candidateRoute(decision: string): string {
  return decision.replace('/', '/candidate/');
}

/** Requests of a mirror's path that the candidate answers and that are not copied: `orders/candidate`. */
export function plainCandidateRoute(mirror: string): string {
  return `${mirror}/candidate`;
}

/** Under which Envoy counts what a decision of users led to: `orders/users/segment/employees/candidate`. */
export function usersStats(decision: string, side: 'primary' | 'candidate'): string {
  return `${usersDecision(decision)}/${side}`;
}

/** The same of requests without any decision that the candidate answers: `orders/users/rest`. */
export function restStats(mirror: string): string {
  return `${mirror}/users/rest`;
}

/**
 * Runtime key of the share of users that the candidate answers: `shadowplane.orders.users.order-v2.segment.employees`. The
 * service is in it, so that a share never counts for another one: after the end of a rollout, when the candidate has become
 * the primary, routes and shares reach an Envoy one after the other.
 */
export function usersKey(decision: string, candidate: string): string {
  return fractionKey(decision.replace('/', `/users/${candidate}/`));
}

/** The same for requests without any decision (the filter is not there): all of them, or none. */
export function restKey(mirror: string, candidate: string): string {
  return fractionKey(`${mirror}/users/${candidate}/rest`);
}

/** Under which Envoy counts the requests that a decision led to and its share left out: `orders/sample/left-out`. */
export function leftOutStats(decision: string): string {
  return `${decision}/left-out`;
}

export const DEFAULT_ROUTE = 'default';

/** Runtime key of the share of one mirror route: `shadowplane.orders.segment.employees`, `shadowplane.orders.sample`. */
export function fractionKey(route: string): string {
  return `shadowplane.${route.replaceAll('/', '.')}`;
}

/**
 * `orders/candidate/order-v2`: a cluster per (mirror, role, service), so that limits never follow a service into another
 * role. `users`: the candidate, as it answers users during a rollout.
 */
export function clusterName(mirror: string, role: 'primary' | 'users' | 'back' | CopyRole, service: string): string {
  return `${mirror}/${role}/${service}`;
}

/** Where copies go; `orders/back/order-v1` are those of what the candidate answered. */
export function copiesCluster(mirror: string, role: CopyRole, service: string): string {
  return clusterName(mirror, role === 'primary' ? 'back' : role, service);
}

/** The listener of a shadow's way out, its routes and the prefix of its statistics: `egress/order-v2`. */
export function egressListener(service: string): string {
  return `egress/${service}`;
}

/** `egress/order-v2/api/example/443` */
export function egressCluster(service: string, { host, port }: Address): string {
  return `${egressListener(service)}/${host.replaceAll(/[.:]/g, '/')}/${port}`;
}

/** Where the bytes of a tunnel to that host are looked at. */
export function egressTunnel(service: string, to: Address): string {
  return `${egressCluster(service, to)}/tunnel`;
}

export function defaultClusterName(service: string): string {
  return `default/${service}`;
}

/** `shop/example` for `shop.example`, `any` for `*`: a dot would end the name in Envoy's statistics. */
export function virtualHostName(domain: string): string {
  return domain === '*' ? 'any' : domain.replaceAll('.', '/');
}

/** Where an Envoy finds the control plane; stands in its bootstrap. */
export const XDS_CLUSTER = 'shadowplane-xds';

/** Takes the batches of captured answers. */
export const COLLECTOR_CLUSTER = 'shadowplane/collector';

export const LISTENER = 'shadowplane';
export const ROUTE_CONFIGURATION = 'shadowplane';
export const RUNTIME_LAYER = 'shadowplane';
/** ECDS resources: the filter of the listener, and the one of every shadow and control cluster. */
export const PRIMARY_FILTER = 'shadowplane.primary';
export const SHADOW_FILTER = 'shadowplane.shadow';

/** Headers that only copies carry. */
export const MARKERS = {
  shadow: 'x-shadow',
  mirror: 'x-shadow-mirror',
  reason: 'x-shadow-reason',
  segment: 'x-shadow-segment',
  role: 'x-shadow-role',
  id: 'x-shadow-id',
} as const;

/** With which a shadow guard marks its answers; guards in all languages have it in guard/contract.json. */
export const GUARD_HEADER = 'x-shadow-guard';

/** Carries the client chain of a copy from the route to its cluster, which restores it; no service ever sees it. */
export const FORWARDED_FOR_OF_COPY = 'x-shadow-forwarded-for';

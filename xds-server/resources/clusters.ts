import type { EnvoyJson, Policy, Service } from '../policy/model.ts';
import { buildCluster, type RoleOptions, SERVING } from './cluster.ts';
import { hasOnlyIpAddresses, loadAssignment } from './endpoints.ts';
import { clusterName, copiesCluster, defaultClusterName } from './names.ts';
import { isolated } from './shadow-isolation.ts';
import { candidateCluster, movesUsers } from './users.ts';

/** A service in the role it plays for one mirror, or as the default. */
export interface PlacedService {
  readonly cluster: string;
  readonly service: Service;
  readonly role: RoleOptions;
  readonly isForCopies: boolean;
  /** How it is spoken to securely, where that is not by secrets over ADS. */
  readonly transportSocket?: EnvoyJson | undefined;
}

/**
 * A cluster for every (mirror, role, service): what isolates a shadow must not follow its service to where it serves
 * users, and what one mirror sends must not use up another's bound. None for users of a service that is known by its
 * cluster alone, and none for copies where nothing is copied.
 */
export function placeServices(policy: Policy): PlacedService[] {
  const byName = new Map(policy.services.map((service) => [service.name, service]));
  const place = (cluster: string, name: string, role: RoleOptions) => ({
    cluster,
    service: byName.get(name)!,
    role,
    isForCopies: role !== SERVING,
  });
  const placed = policy.mirrors.flatMap((mirror) => {
    const copies = isolated(mirror.limits);
    const { name, primary, shadow, control } = mirror;
    return [
      place(mirror.primaryCluster ?? clusterName(name, 'primary', primary), primary, SERVING),
      place(clusterName(name, 'candidate', shadow), shadow, copies),
      ...(control === undefined ? [] : [place(clusterName(name, 'control', control), control, copies)]),
      ...(movesUsers(mirror)
        ? [
            place(candidateCluster(mirror), shadow, SERVING),
            place(copiesCluster(name, 'primary', primary), primary, copies),
          ]
        : []),
    ];
  });
  if (policy.default !== undefined) {
    const { cluster = defaultClusterName(policy.default) } = byName.get(policy.default)!;
    placed.push(place(cluster, policy.default, SERVING));
  }
  const made = placed.filter(({ isForCopies, service }) =>
    isForCopies ? policy.mirroring === 'on' : service.addresses.length > 0,
  );
  // A service with a cluster name of its own has one for all mirrors.
  return [...new Map(made.map((each) => [each.cluster, each])).values()];
}

export function clusterOf({ cluster, service, role, transportSocket }: PlacedService): EnvoyJson {
  return buildCluster(cluster, service, role, transportSocket);
}

/** The EDS resources: one for each cluster whose service is known by IP addresses. */
export function buildEndpoints(placed: readonly PlacedService[]): EnvoyJson[] {
  return placed
    .filter(({ service }) => hasOnlyIpAddresses(service))
    .map(({ cluster, service }) => loadAssignment(cluster, service));
}

import type { Policy } from '../policy/model.ts';
import { placeServices } from './clusters.ts';
import type { EnvoySetup } from './envoy-setup.ts';
import {
  type CopyRole,
  clusterName,
  copiesCluster,
  defaultClusterName,
  PRIMARY_FILTER,
  ROUTE_CONFIGURATION,
  RUNTIME_LAYER,
  SHADOW_FILTER,
} from './names.ts';
import { candidateCluster, movesUsers } from './users.ts';

/** What an Envoy has to ask for by name. */
export const SLOTS = {
  routes: ROUTE_CONFIGURATION,
  layer: RUNTIME_LAYER,
  filter: PRIMARY_FILTER,
  copiesFilter: SHADOW_FILTER,
} as const;

export interface ExpectedCluster {
  readonly name: string;
  /** Absent: it serves users. */
  readonly copies?: { readonly mirror: string; readonly role: CopyRole; readonly maxConcurrent: number };
}

/**
 * The clusters to which the routes of a policy lead and that an Envoy of this setup has to have: all where it brings its own,
 * else those that are not made for it.
 */
export function expectedClusters(policy: Policy, setup: EnvoySetup): ExpectedCluster[] {
  const made = new Set(setup.listener === 'own' ? [] : placeServices(policy).map(({ cluster }) => cluster));
  const clusters = new Map<string, ExpectedCluster>();
  const add = (cluster: ExpectedCluster) => {
    if (!made.has(cluster.name)) clusters.set(cluster.name, cluster);
  };
  for (const placed of policy.mirrors) {
    const { name: mirror, primary, primaryCluster, shadow, control, limits } = placed;
    add({ name: primaryCluster ?? clusterName(mirror, 'primary', primary) });
    if (movesUsers(placed)) add({ name: candidateCluster(placed) });
    if (policy.mirroring === 'off') continue;
    const copiesTo = (role: CopyRole, service: string) =>
      add({
        name: copiesCluster(mirror, role, service),
        copies: { mirror, role, maxConcurrent: limits.maxConcurrent },
      });
    copiesTo('candidate', shadow);
    if (control !== undefined) copiesTo('control', control);
    if (movesUsers(placed)) copiesTo('primary', primary);
  }
  if (policy.default !== undefined) {
    const service = policy.services.find(({ name }) => name === policy.default);
    add({ name: service?.cluster ?? defaultClusterName(policy.default) });
  }
  return [...clusters.values()];
}

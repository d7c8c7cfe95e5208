import type { EnvoyItem } from '../view/envoy-item.ts';

/** What is left to do by hand, once no Envoy mirrors any more. */
export interface Removed {
  readonly envoys: ReadonlyArray<{
    readonly node: string;
    readonly listener: 'ours' | 'own';
    /** Its own statistics show no more copies. */
    readonly verified: boolean;
  }>;
  /** What may go from the bootstrap of Envoys with a listener of their own; undefined where there are none. */
  readonly own?: ReadonlyArray<{ readonly where: string; readonly what: string }>;
  /** YAML, for the place of `rds` there. */
  readonly routeConfig?: string;
}

/** @param config the policy as the API shows it */
export async function removedFrom(items: readonly EnvoyItem[], config: object): Promise<Removed> {
  const envoys = items.map(({ node, setup, copies }) => ({
    node,
    listener: setup?.listener ?? 'ours',
    verified: Boolean(copies),
  }));
  if (envoys.every(({ listener }) => listener === 'ours')) return { envoys };
  const [{ parsePolicy }, { fragmentParts, routesWithoutMirroring }, { stringify }] = await Promise.all([
    import('../../xds-server/policy/index.ts'),
    import('../../xds-server/resources/index.ts'),
    import('yaml'),
  ]);
  const { policy } = parsePolicy(config);
  const { clusters, layer, filter, extension } = fragmentParts(policy);
  return {
    envoys,
    own: [
      { where: 'static_resources.clusters', what: clusters.join(', ') },
      { where: 'http_filters', what: filter },
      { where: 'early_header_mutation_extensions', what: `${extension}, if it is for x-shadow` },
      { where: 'layered_runtime.layers', what: layer },
      { where: 'stats_sinks', what: 'the one that names shadowplane-xds' },
      { where: 'stats_config.stats_tags', what: 'mirror, reason, segment, cause, role, service' },
      { where: 'node.metadata', what: 'shadowplane' },
      { where: 'dynamic_resources.ads_config', what: 'where it names shadowplane-xds' },
    ],
    routeConfig: stringify({ route_config: routesWithoutMirroring(policy) }, { lineWidth: 0 }).trimEnd(),
  };
}

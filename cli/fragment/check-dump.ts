import type { Fragment } from '../../xds-server/resources/index.ts';

type Json = { readonly [key: string]: unknown };

/** Something in an Envoy's configuration that is not as the fragment has it. */
export interface DumpProblem {
  /** A cluster by its name, or a place in the bootstrap. */
  readonly where: string;
  readonly message: string;
}

/**
 * Holds what an Envoy really runs with, its `/config_dump`, against the fragment for it: what the control plane cannot
 * see, too. Only what isolation and mirroring rest on is compared; everything else is the user's.
 */
export function checkDump(dump: unknown, { bootstrap, http_connection_manager }: Fragment): DumpProblem[] {
  const wanted = (bootstrap.static_resources as { clusters: readonly Json[] }).clusters;
  return [
    ...checkClusters(clustersIn(dump), wanted),
    ...checkRuntime(dump, bootstrap),
    ...checkSinks(dump, bootstrap),
    ...checkListener(dump, http_connection_manager),
  ];
}

const HTTP_OPTIONS = ['typed_extension_protocol_options', 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'];

/** What a cluster of copies has to have, and what happens without it. */
const ISOLATION: ReadonlyArray<{ readonly what: string; readonly path: readonly string[]; readonly why: string }> = [
  {
    what: 'per_connection_buffer_limit_bytes',
    path: ['per_connection_buffer_limit_bytes'],
    why: 'a slow shadow would hold back uploads of users',
  },
  {
    what: 'max_requests',
    path: ['circuit_breakers', 'thresholds', '0', 'max_requests'],
    why: 'copies would not be bounded as the policy says',
  },
  {
    what: 'max_stream_duration',
    path: [...HTTP_OPTIONS, 'common_http_protocol_options', 'max_stream_duration'],
    why: 'a copy that hangs would stay',
  },
];

function checkClusters(present: ReadonlyMap<string, Json>, wanted: readonly Json[]): DumpProblem[] {
  return wanted.flatMap((cluster) => {
    const name = String(cluster.name);
    const found = present.get(name);
    if (!found) return [{ where: name, message: 'there is no such cluster' }];
    const filters = namesAt(cluster, ...HTTP_OPTIONS, 'http_filters');
    if (filters.length === 0) return [];
    const differing = ISOLATION.flatMap(({ what, path, why }) => {
      const [is, belongs] = [at(found, ...path), at(cluster, ...path)];
      if (String(is) === String(belongs)) return [];
      return [{ where: name, message: `${what} is ${is ?? 'not there'}, ${belongs} belongs there: ${why}` }];
    });
    const has = namesAt(found, ...HTTP_OPTIONS, 'http_filters');
    const missing = filters.filter((filter) => !has.includes(filter));
    return [
      ...differing,
      ...missing.map((filter) => ({
        where: name,
        message: `http_filters lack ${filter}: copies are not as they should be, not cut and not compared`,
      })),
    ];
  });
}

function checkRuntime(dump: unknown, bootstrap: Json): DumpProblem[] {
  const where = 'layered_runtime';
  const [ours] = namesAt(bootstrap, 'layered_runtime', 'layers');
  const layers = namesAt(bootstrapIn(dump), 'layered_runtime', 'layers');
  const index = layers.indexOf(ours!);
  if (index < 0) return [{ where, message: `there is no layer ${ours}: every share is 0` }];
  const behind = layers.slice(index + 1);
  return behind.length === 0
    ? []
    : [
        {
          where,
          message: `${behind.join(', ')} ${behind.length === 1 ? 'stands' : 'stand'} behind ${ours} and would win over its shares`,
        },
      ];
}

function checkSinks(dump: unknown, bootstrap: Json): DumpProblem[] {
  const clusterOf = (sink: unknown) => at(sink, 'typed_config', 'grpc_service', 'envoy_grpc', 'cluster_name');
  const wanted = clusterOf(at(bootstrap, 'stats_sinks', '0'));
  const sinks = (at(bootstrapIn(dump), 'stats_sinks') ?? []) as readonly unknown[];
  if (sinks.some((sink) => clusterOf(sink) === wanted)) return [];
  return [{ where: 'stats_sinks', message: 'none leads to the control plane: copies are not counted' }];
}

function checkListener(dump: unknown, wanted: Json): DumpProblem[] {
  const name = at(wanted, 'rds', 'route_config_name');
  const managers = managersIn(partsOf(dump, 'ListenersConfigDump')).filter(
    (manager) => at(manager, 'rds', 'route_config_name') === name,
  );
  if (managers.length === 0) {
    return [{ where: 'listeners', message: `none has rds with route_config_name ${name}: nothing is mirrored` }];
  }
  return managers.flatMap((manager) => {
    const problems: DumpProblem[] = [];
    const where = `listener with stat_prefix ${manager.stat_prefix}`;
    const filters = namesAt(manager, 'http_filters');
    for (const filter of namesAt(wanted, 'http_filters')) {
      if (!filters.includes(filter))
        problems.push({ where, message: `http_filters lack ${filter}: nothing is mirrored` });
    }
    const early = namesAt(manager, 'early_header_mutation_extensions');
    for (const extension of namesAt(wanted, 'early_header_mutation_extensions')) {
      if (early.includes(extension)) continue;
      problems.push({
        where,
        message: 'early_header_mutation_extensions do not remove x-shadow headers: clients can send markers',
      });
    }
    return problems;
  });
}

function partsOf(dump: unknown, type: string): readonly Json[] {
  const configs = ((dump as { configs?: readonly Json[] } | undefined)?.configs ?? []) as readonly Json[];
  return configs.filter((config) => String(config['@type']).endsWith(`.${type}`));
}

function bootstrapIn(dump: unknown): unknown {
  return partsOf(dump, 'BootstrapConfigDump')[0]?.bootstrap;
}

function clustersIn(dump: unknown): ReadonlyMap<string, Json> {
  const entries = partsOf(dump, 'ClustersConfigDump').flatMap((part) =>
    ['static_clusters', 'dynamic_active_clusters'].flatMap((key) => (part[key] ?? []) as readonly { cluster?: Json }[]),
  );
  return new Map(entries.flatMap(({ cluster }) => (cluster ? [[String(cluster.name), cluster] as const] : [])));
}

function managersIn(value: unknown): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Json;
  if (String(fields['@type']).endsWith('.HttpConnectionManager')) return [fields];
  return Object.values(fields).flatMap(managersIn);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((inner, key) => (inner as Json | undefined)?.[key], value);
}

function namesAt(value: unknown, ...path: readonly string[]): string[] {
  return ((at(value, ...path) ?? []) as ReadonlyArray<{ readonly name: string }>).map(({ name }) => name);
}

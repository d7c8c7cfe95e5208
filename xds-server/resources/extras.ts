import { type InputProblem, ShadowplaneError } from '../../errors/index.ts';
import type { EnvoyJson, Policy } from '../policy/model.ts';
import { clusterOf, type PlacedService, placeServices } from './clusters.ts';
import { connectionManager } from './connection-manager.ts';
import { typed } from './envoy-json.ts';
import { buildListener } from './listener.ts';
import { deepMerge, touches } from './merge.ts';
import { COLLECTOR_CLUSTER, LISTENER } from './names.ts';
import { RESOURCE_TYPES } from './resource-types.ts';

/** The listener with what users merge into it and into its HTTP connection manager. */
export function listenerWithExtras(policy: Policy): EnvoyJson {
  const { httpConnectionManager, listener } = policy.envoy.merge;
  return deepMerge(buildListener(policy, deepMerge(connectionManager(policy), httpConnectionManager)), listener);
}

/** Every cluster of ours, each with what users merge into its service. */
export function clustersWithExtras(policy: Policy): EnvoyJson[] {
  return placeServices(policy).map((placed) => clusterWithExtras(placed, policy));
}

export function clusterWithExtras(placed: PlacedService, { envoy }: Policy): EnvoyJson {
  return deepMerge(clusterOf(placed), envoy.merge.services[placed.service.name] ?? {});
}

/** Turns one message in ProtoJSON (`@type` names it) into bytes, or throws saying what is wrong with it. */
export type Encode = (message: EnvoyJson) => unknown;

/**
 * Checks the raw Envoy configuration of a policy piece by piece, so that a mistake is reported where it stands in the
 * YAML and not where it ends up in our resources.
 *
 * @throws ShadowplaneError POLICY_INVALID with every problem.
 */
export function checkExtras(policy: Policy, encode: Encode): void {
  const problems = eachOnce([...misplaced(policy), ...pieces(policy).flatMap((piece) => problemsOf(piece, encode))]);
  if (problems.length === 0) return;
  const [first] = problems;
  throw new ShadowplaneError('POLICY_INVALID', `${first!.path}: ${first!.message}`, { problems });
}

interface Piece {
  readonly path: string;
  readonly type: string;
  /** Computed late, because merging is part of what can go wrong. */
  readonly message: () => EnvoyJson;
}

function pieces(policy: Policy): Piece[] {
  const { httpFilters, routes, clusters, listeners, merge } = policy.envoy;
  const each = (path: string, type: string, items: readonly EnvoyJson[]): Piece[] =>
    items.map((item, index) => ({ path: `${path}.${index}`, type, message: () => item }));
  return [
    ...each('envoy.httpFilters.before', HTTP_FILTER, httpFilters.before),
    ...each('envoy.httpFilters.after', HTTP_FILTER, httpFilters.after),
    ...each('envoy.routes', 'envoy.config.route.v3.Route', routes),
    ...each('envoy.clusters', RESOURCE_TYPES.clusters, clusters),
    ...each('envoy.listeners', RESOURCE_TYPES.listeners, listeners),
    ...placeServices(policy)
      .filter(({ service }) => Object.hasOwn(merge.services, service.name))
      .map((placed) => ({
        path: `envoy.merge.services.${placed.service.name}`,
        type: RESOURCE_TYPES.clusters,
        message: () => deepMerge(clusterOf(placed), merge.services[placed.service.name]!),
      })),
    ...merged('envoy.merge.httpConnectionManager', HTTP_CONNECTION_MANAGER, merge.httpConnectionManager, () =>
      connectionManager(withoutFilters(policy)),
    ),
    ...merged('envoy.merge.listener', RESOURCE_TYPES.listeners, merge.listener, () =>
      buildListener(withoutFilters(policy)),
    ),
  ];
}

function merged(path: string, type: string, patch: EnvoyJson, base: () => EnvoyJson): Piece[] {
  return Object.keys(patch).length === 0 ? [] : [{ path, type, message: () => deepMerge(base(), patch) }];
}

const HTTP_FILTER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter';
const HTTP_CONNECTION_MANAGER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** A broken filter of the user's is reported once, as that filter. */
function withoutFilters(policy: Policy): Policy {
  return { ...policy, envoy: { ...policy.envoy, httpFilters: { before: [], after: [] } } };
}

function problemsOf({ path, type, message }: Piece, encode: Encode): InputProblem[] {
  try {
    const { '@type': written, ...fields } = message();
    if (written !== undefined && written !== typed(type)['@type']) {
      return [{ path, message: `@type is ${JSON.stringify(written)}, but a ${type} belongs here` }];
    }
    encode(typed(type, fields));
    return [];
  } catch (error) {
    return describe(error).map((problem) => ({ ...problem, path: problem.path ? `${path}.${problem.path}` : path }));
  }
}

/** The encoder knows every problem and its place within the message. */
function describe(error: unknown): InputProblem[] {
  if (error instanceof ShadowplaneError && error.problems.length > 0) return [...error.problems];
  return [{ path: '', message: error instanceof Error ? error.message : String(error) }];
}

/** What is merged into a service is merged into several clusters and wrong in all of them. */
function eachOnce(problems: readonly InputProblem[]): InputProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** What encodes well and would still break the mirroring or be lost. */
function misplaced(policy: Policy): InputProblem[] {
  const { merge, clusters, listeners } = policy.envoy;
  const problems: InputProblem[] = [];
  if (touches(merge.httpConnectionManager, 'http_filters')) {
    problems.push({
      path: 'envoy.merge.httpConnectionManager.http_filters',
      message: 'would replace the mirror filter; write your filters under envoy.httpFilters, before or after',
    });
  }
  if (touches(merge.listener, 'filter_chains')) {
    problems.push({
      path: 'envoy.merge.listener.filter_chains',
      message: 'would replace the mirroring; merge into envoy.merge.httpConnectionManager instead',
    });
  }
  problems.push(
    ...takenNames('envoy.clusters', clusters, [
      ...placeServices(policy).map(({ cluster }) => cluster),
      COLLECTOR_CLUSTER,
    ]),
  );
  problems.push(...takenNames('envoy.listeners', listeners, [LISTENER]));
  return problems;
}

function takenNames(path: string, items: readonly EnvoyJson[], ours: readonly string[]): InputProblem[] {
  const taken = new Set(ours);
  return items.flatMap(({ name }, index) => {
    if (typeof name !== 'string' || name === '') return [{ path: `${path}.${index}`, message: 'has no name' }];
    if (taken.has(name)) return [{ path: `${path}.${index}.name`, message: `${JSON.stringify(name)} is taken` }];
    taken.add(name);
    return [];
  });
}

import type { FastifyInstance } from 'fastify';
import type { PlanForecast } from '../forecast/index.ts';
import { differences, type Policy, type PolicyDocument, type PolicyStore, parsePolicy } from '../policy/index.ts';
import { readDocument } from './config-routes.ts';

/** Versions of resources by name, by the short name of their type: `CDS` -> `orders/candidate/order-v2` -> hash. */
export type ResourceVersions = ReadonlyMap<string, ReadonlyMap<string, string>>;

interface ResourceChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * What a document would change, without changing anything: what differs, which resources Envoys would be sent, and what
 * shadows would get.
 * Checked as a write is, up to what only Envoy itself can tell.
 */
export function addPlanRoute(
  app: FastifyInstance,
  store: PolicyStore,
  resourcesOf: (policy: Policy) => ResourceVersions,
  forecastOf: (policy: Policy) => PlanForecast | null = () => null,
): void {
  app.post('/plan', { config: { access: 'read' } }, (request) => {
    const document = readDocument(request);
    const { policy, warnings } = parsePolicy(document);
    const { current } = store;
    const resources = changesOf(resourcesOf(current.policy), resourcesOf(policy));
    return {
      revision: current.revision,
      differences: differences(current.document, document as PolicyDocument),
      warnings,
      resources,
      forecast: forecastOf(policy),
    };
  });
}

/** Types without changes are left out. */
function changesOf(before: ResourceVersions, after: ResourceVersions): Readonly<Record<string, ResourceChanges>> {
  const types = [...new Set([...before.keys(), ...after.keys()])].sort();
  return Object.fromEntries(
    types.flatMap((type) => {
      const had = before.get(type) ?? new Map<string, string>();
      const has = after.get(type) ?? new Map<string, string>();
      const changes = {
        added: [...has.keys()].filter((name) => !had.has(name)).sort(),
        changed: [...has]
          .flatMap(([name, version]) => (had.has(name) && had.get(name) !== version ? [name] : []))
          .sort(),
        removed: [...had.keys()].filter((name) => !has.has(name)).sort(),
      };
      return Object.values(changes).some((names) => names.length > 0) ? [[type, changes]] : [];
    }),
  );
}

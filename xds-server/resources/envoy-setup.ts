import type { EnvoyJson, Policy } from '../policy/model.ts';
import { NAME_PATTERN } from '../policy/schema/parts.ts';
import { OVER_ADS } from './envoy-json.ts';
import { XDS_CLUSTER } from './names.ts';

/**
 * How an Envoy is set up, as far as what it is served depends on it. Its bootstrap says so in
 * `node.metadata.shadowplane`; one that says nothing has everything from us over ADS.
 */
export interface EnvoySetup {
  /** Over which streams it fetches what other resources refer to: the aggregated one, or one for each type. */
  readonly streams: 'ads' | 'delta' | 'sotw';
  /** `own`: the user's. Which other filters stand in it is not known here. */
  readonly listener: 'ours' | 'own';
  /** The service whose way out it is. Such an Envoy stands beside a shadow and has nothing of the mirrors. */
  readonly egress?: string;
}

export const USUAL_SETUP: EnvoySetup = { streams: 'ads', listener: 'ours' };

const IS_NAME = new RegExp(NAME_PATTERN);

/** Whatever a node says that is not known here counts as not said. */
export function setupOf(metadata: unknown): EnvoySetup {
  const said = (metadata as { shadowplane?: { streams?: unknown; listener?: unknown; egress?: unknown } } | undefined)
    ?.shadowplane;
  const streams = said?.streams;
  return {
    streams: streams === 'delta' || streams === 'sotw' ? streams : USUAL_SETUP.streams,
    listener: said?.listener === 'own' ? 'own' : USUAL_SETUP.listener,
    ...(typeof said?.egress === 'string' && IS_NAME.test(said.egress) && { egress: said.egress }),
  };
}

/** What the bootstrap of such an Envoy says of itself; undefined where there is nothing to say. */
export function metadataOf({ streams, listener, egress }: EnvoySetup): EnvoyJson | undefined {
  const said = {
    ...(streams !== 'ads' && { streams }),
    ...(listener === 'own' && { listener }),
    ...(egress !== undefined && { egress }),
  };
  return Object.keys(said).length === 0 ? undefined : { shadowplane: said };
}

/** Where such an Envoy fetches from. */
export function configSource({ streams }: Pick<EnvoySetup, 'streams'>): EnvoyJson {
  if (streams === 'ads') return OVER_ADS;
  return { resource_api_version: 'V3', api_config_source: apiConfigSource(streams) };
}

/**
 * Envoy's own longest pause is 30 s, for which a control plane that is back would not be heard. The pauses are random
 * up to the bound, so that many Envoys do not come at once.
 */
const RECONNECT: EnvoyJson = { retry_back_off: { base_interval: '0.5s', max_interval: '5s' } };

export function apiConfigSource(variant: 'delta' | 'sotw'): EnvoyJson {
  return {
    api_type: variant === 'delta' ? 'DELTA_GRPC' : 'GRPC',
    transport_api_version: 'V3',
    set_node_on_first_message_only: true,
    grpc_services: [{ envoy_grpc: { cluster_name: XDS_CLUSTER, retry_policy: RECONNECT } }],
  };
}

/** The same resource for an Envoy that has no aggregated stream: whatever it would fetch over that one has one of its own. */
export function overStreams(streams: EnvoySetup['streams'], resource: EnvoyJson): EnvoyJson {
  return fetchedFrom(configSource({ streams }), resource);
}

/** The same resource with whatever it would fetch over ADS coming from there. */
export function fetchedFrom(source: EnvoyJson, resource: EnvoyJson): EnvoyJson {
  return replaceAds(resource, source) as EnvoyJson;
}

function replaceAds(value: unknown, source: EnvoyJson): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceAds(item, source));
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as EnvoyJson;
  if (typeof fields.ads === 'object' && fields.ads !== null) {
    const { ads: _, ...rest } = fields;
    return { ...rest, ...source };
  }
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, replaceAds(field, source)]));
}

/**
 * What a user's own listener may hold beside our filter is anybody's guess, so routes and filter are made as if there were
 * something on both sides of it.
 */
export function besideUnknownFilters(policy: Policy): Policy {
  const unknown = [{ name: 'unknown' }];
  return { ...policy, envoy: { ...policy.envoy, httpFilters: { before: unknown, after: unknown } } };
}

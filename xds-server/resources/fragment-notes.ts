import type { EnvoyJson } from '../policy/model.ts';

/** Why a part of a fragment stands there, by its path in it. */
export interface FragmentNote {
  readonly path: ReadonlyArray<string | number>;
  readonly text: string;
}

const NOTES: readonly FragmentNote[] = [
  { path: ['bootstrap'], text: 'Belongs into your bootstrap; add to the lists that are there already.' },
  {
    path: ['bootstrap', 'node'],
    text: 'Says that the listener is yours. id and cluster are up to you, but there have to be some; ids are unique.',
  },
  {
    path: ['bootstrap', 'dynamic_resources', 'ads_config'],
    text: 'An Envoy has one ADS. Where yours is taken, --variant streams-delta does without.',
  },
  {
    path: ['bootstrap', 'dynamic_resources', 'cds_config'],
    text: 'Clusters of copies come from Shadowplane, beside your own: a new mirror needs no change here.',
  },
  {
    path: ['bootstrap', 'layered_runtime'],
    text: 'The shares. Without this layer nothing is mirrored. What stands behind it wins over it, so it goes last.',
  },
  {
    path: ['bootstrap', 'stats_flush_interval'],
    text: 'With the sink below: the control plane counts copies by what Envoy counts, and sees which clusters are there.',
  },
  { path: ['bootstrap', 'stats_config'], text: 'Turns names into labels in /stats/prometheus; nothing depends on it.' },
  { path: ['http_connection_manager'], text: 'Belongs into the HTTP connection manager of your listener.' },
  {
    path: ['http_connection_manager', 'rds'],
    text: 'Instead of your route_config; what else was in it goes to envoy.routes of the policy.',
  },
  {
    path: ['http_connection_manager', 'early_header_mutation_extensions'],
    text: 'markers: strip. Clients cannot send x-shadow headers, also when the filter is gone.',
  },
  {
    path: ['http_connection_manager', 'http_filters'],
    text: 'The mirror filter: behind what may reject a request, in front of the router. Until it has come, requests pass without copies.',
  },
];

/** @param clusters why each cluster of the fragment stands there */
export function notesOf(fragment: object, clusters: readonly string[]): FragmentNote[] {
  return [
    ...NOTES.filter(({ path }) => isThere(fragment, path)),
    ...clusters.map((text, index) => ({ path: ['bootstrap', 'static_resources', 'clusters', index], text })),
  ];
}

function isThere(fragment: unknown, path: FragmentNote['path']): boolean {
  return path.reduce((value, key) => (value as EnvoyJson | undefined)?.[key], fragment) !== undefined;
}

import Type from 'typebox';
import { BOUNDS } from '../defaults.ts';
import { closed, EnvoyObject, list, named } from './parts.ts';

const envoyList = (description: string) => Type.Optional(list(EnvoyObject, description));

export const EnvoyExtrasSchema = Type.Object(
  {
    httpFilters: Type.Optional(
      Type.Object(
        {
          before: envoyList('HTTP filters in front of the mirror filter: what they reject is not mirrored.'),
          after: envoyList('HTTP filters behind the mirror filter.'),
        },
        closed,
      ),
    ),
    clusters: envoyList('Whole clusters served beside ours.'),
    listeners: envoyList('Whole listeners served beside ours.'),
    routes: envoyList('Routes placed in front of ours in every virtual host.'),
    merge: Type.Optional(
      Type.Object(
        {
          services: Type.Optional(named(EnvoyObject, 'By service name, into each of its clusters.', BOUNDS.services)),
          httpConnectionManager: Type.Optional(EnvoyObject),
          listener: Type.Optional(EnvoyObject),
        },
        { ...closed, description: 'Deep-merged into what Shadowplane generates.' },
      ),
    ),
  },
  { ...closed, description: 'Raw Envoy configuration for what this schema lacks.' },
);

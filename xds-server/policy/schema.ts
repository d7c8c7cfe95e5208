import Type, { type Static, type TSchema } from 'typebox';
import { BOUNDS, DEFAULTS } from './defaults.ts';
import { ConditionRef, ConditionSchema } from './schema/condition.ts';
import { EgressSchema } from './schema/egress.ts';
import { EnvoyExtrasSchema } from './schema/envoy-extras.ts';
import { ListenerSchema, Markers } from './schema/listener.ts';
import { MirrorSchema } from './schema/mirror.ts';
import { closed, formatted, name, named } from './schema/parts.ts';
import { ServiceSchema } from './schema/service.ts';

/**
 * The document that users write: the one source of the parser's shape checks, of the JSON Schema for editors and of the
 * HTTP API's OpenAPI. Only keywords that check-shape.ts knows may be used here; a test says so.
 */
export const PolicySchema = Type.Object(
  {
    listen: Type.Optional(formatted('listen-address', 'Where Envoy listens.', { default: DEFAULTS.listen })),
    markers: Type.Optional(Markers),
    listener: Type.Optional(ListenerSchema),
    default: Type.Optional(name('Service for everything outside the mirrors; without it: 404.')),
    services: Type.Optional(named(ServiceSchema, 'Services by name.', BOUNDS.services)),
    segments: Type.Optional(named(ConditionRef, 'Groups of requests by name.', BOUNDS.listItems)),
    mirrors: Type.Optional(named(MirrorSchema, 'Mirrors by name.', BOUNDS.mirrors)),
    mirroring: Type.Optional(
      Type.Enum(['on', 'off'], {
        default: DEFAULTS.mirroring,
        description: 'off: nothing is copied, whatever the mirrors say; their paths go to their primaries as before.',
      }),
    ),
    egress: Type.Optional(named(EgressSchema, 'The way out of a shadow, by service.', BOUNDS.listItems)),
    envoy: Type.Optional(EnvoyExtrasSchema),
  },
  { ...closed, title: 'shadowplane.yaml', $defs: { Condition: ConditionSchema } },
);

export const DEFINITIONS: Readonly<Record<string, TSchema>> = Object.freeze({ Condition: ConditionSchema });

export type PolicyDocument = Static<typeof PolicySchema>;
export type ListenerDocument = Static<typeof ListenerSchema>;
export type ServiceDocument = Static<typeof ServiceSchema>;
export type MirrorDocument = Static<typeof MirrorSchema>;

export type { ConditionDocument } from './schema/condition.ts';
export { MirrorSchema } from './schema/mirror.ts';
export { NAME_PATTERN } from './schema/parts.ts';

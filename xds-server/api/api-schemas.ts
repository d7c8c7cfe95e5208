import Type from 'typebox';
import { ERROR_CODES } from '../../errors/index.ts';
import { MirrorSchema, PolicySchema } from '../policy/index.ts';

/** The shapes of the API, by the names that they have in OpenAPI. Documents come from the policy's own schema. */
const revision = Type.Integer({ minimum: 0, description: 'Grows by one with each change.' });
const changed = Type.Array(Type.String(), {
  description: 'What differs from the revision before.',
  examples: [['mirrors.orders']],
});
const differences = Type.Array(
  Type.Object({
    path: Type.String({ description: 'Where, as dotted path.', examples: ['mirrors.orders.sample'] }),
    before: Type.Optional(Type.Unknown({ description: 'Absent: it was not there.' })),
    after: Type.Optional(Type.Unknown({ description: 'Absent: it is not there any more.' })),
  }),
  { description: 'The same place by place; secrets are hidden.' },
);
const time = (description: string) => Type.String({ format: 'date-time', description });

const InputProblem = Type.Object({
  path: Type.String({ description: 'Where, as dotted path.', examples: ['mirrors.orders.sample'] }),
  message: Type.String(),
  line: Type.Optional(Type.Integer({ description: 'Only for YAML.' })),
  column: Type.Optional(Type.Integer({ description: 'Only for YAML.' })),
});

const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(Object.keys(ERROR_CODES), { description: 'Stable; docs/errors.md explains each.' }),
    detail: Type.String(),
    errors: Type.Optional(Type.Array(InputProblem)),
    node: Type.Optional(Type.String({ description: 'ENVOY_REJECTED: the Envoy that refused.' })),
    envoyMessage: Type.Optional(Type.String({ description: "ENVOY_REJECTED: Envoy's own words." })),
    rejectedRevision: Type.Optional(revision),
    revision: Type.Optional(revision),
    changedBy: Type.Optional(Type.String({ description: 'REVISION_CONFLICT: who made the current revision.' })),
    changedAt: Type.Optional(time('REVISION_CONFLICT: when.')),
    changed: Type.Optional(changed),
  },
  { description: 'RFC 9457 problem details.' },
);

const Applied = Type.Object(
  { acked: Type.Integer(), of: Type.Integer(), tookMs: Type.Number() },
  { description: 'Connected Envoys that have acknowledged; only with ?wait=.' },
);

const written = {
  revision,
  changed,
  differences,
  warnings: Type.Array(InputProblem),
  applied: Type.Optional(Applied),
};

const view = { ...MirrorSchema.properties, name: Type.String(), revision, paused: Type.Boolean() };

const Rejection = Type.Object({
  type: Type.String(),
  message: Type.String({ description: "Envoy's own words." }),
  at: time('When.'),
});

const RefusedEnvoy = Type.Object({
  node: Type.String(),
  from: Type.String({ description: 'Address that it came from.' }),
  reason: Type.String(),
  times: Type.Integer(),
  at: Type.String({ format: 'date-time', description: 'The last time.' }),
});

const Envoy = Type.Object({
  node: Type.String(),
  version: Type.String(),
  connectedSince: time('Since when.'),
  types: Type.Record(Type.String(), Type.Unknown(), {
    description: 'By resource type: what was sent and acknowledged.',
  }),
  lastRejection: Type.Union([Rejection, Type.Null()], {
    description: 'Of what it still lacks because it rejected it.',
  }),
  revision: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The newest that it has in use, in all that it asks for; null: none that is known.',
  }),
  behindSince: Type.Union([time('Since when it lacks something.'), Type.Null()]),
  rejectedRevision: Type.Union([Type.Object({ ...Rejection.properties, revision }), Type.Null()], {
    description: 'What it has last rejected since it connected, also when that has been taken back since.',
  }),
  setup: Type.Object(
    {
      listener: Type.Enum(['ours', 'own']),
      streams: Type.Enum(['ads', 'delta', 'sotw']),
      egress: Type.Optional(Type.String({ description: 'The service whose way out it is.' })),
    },
    { description: 'How it is set up, as its bootstrap says in node.metadata.shadowplane.' },
  ),
  problems: Type.Array(
    Type.Object({
      code: Type.String({ description: 'Stable; docs/bring-your-own-envoy.md lists them.' }),
      message: Type.String(),
      remedy: Type.String({ description: 'What to do about it.' }),
    }),
    { description: 'What it is seen to lack for the policy to hold there.' },
  ),
  unseen: Type.Array(Type.String(), { description: 'What cannot be told of it from here.' }),
  copies: Type.Union([
    Type.Object({
      sent: Type.Integer({ description: 'Since it started.' }),
      active: Type.Integer({ description: 'Under way.' }),
      at: time('When it said so.'),
    }),
    Type.Null(),
  ]),
});

const Forecast = Type.Object({
  envoys: Type.Integer({ description: 'That have told.' }),
  seconds: Type.Number({ description: 'How long they have counted, the last ten minutes at most.' }),
  copies: Type.Array(
    Type.Object({
      mirror: Type.String(),
      receiver: Type.String(),
      role: Type.Enum(['candidate', 'control']),
      nowPerSecond: Type.Number(),
      thenPerSecond: Type.Number({ description: 'Of those groups whose traffic is known, within limits.' }),
      askedPerSecond: Type.Number({ description: 'Without limits.' }),
      heldBackBy: Type.Array(Type.Enum(['copiesPerSecond', 'bytesPerSecond'])),
      bytesPerRequest: Type.Union([Type.Number(), Type.Null()], {
        description: 'As primary or candidate is sent for users.',
      }),
      thenBytesPerSecond: Type.Union([Type.Number(), Type.Null()]),
      unknown: Type.Array(Type.String(), {
        description: 'Segments without requests so far; `everyone`: a new mirror.',
      }),
    }),
  ),
});

const GoneEnvoy = Type.Object({ node: Type.String(), since: time('When it left.') });

const history = { revision, actor: Type.String(), at: time('When it was made.'), changed };

const Revision = Type.Object({
  ...history,
  differences,
  note: Type.Union([Type.String(), Type.Null()], {
    description: 'Why it was made, where that is not the change itself.',
    examples: ['undo to 12'],
  }),
  acknowledgedAt: Type.Union([time('When all connected Envoys had it in use.'), Type.Null()]),
});

export const API_SCHEMAS = {
  Config: PolicySchema,
  Mirror: MirrorSchema,
  MirrorPatch: Type.Partial(MirrorSchema),
  MirrorView: Type.Object(view, { description: 'A mirror as it is written in YAML, plus name, revision and paused.' }),
  MirrorList: Type.Object({
    revision,
    mirroring: Type.Enum(['on', 'off'], { description: 'off: no mirror copies anything, whatever it says.' }),
    items: Type.Array(Type.Unsafe({ $ref: '#/$defs/MirrorView' })),
  }),
  MirrorWritten: Type.Object({ ...view, ...written }),
  Written: Type.Object(written),
  CurrentConfig: Type.Object({
    ...history,
    warnings: Type.Array(InputProblem),
    config: Type.Unsafe({ $ref: '#/$defs/Config' }),
  }),
  RevisionList: Type.Object({ items: Type.Array(Revision) }),
  Plan: Type.Object({
    revision,
    differences,
    warnings: Type.Array(InputProblem),
    resources: Type.Record(
      Type.String(),
      Type.Object({
        added: Type.Array(Type.String()),
        changed: Type.Array(Type.String()),
        removed: Type.Array(Type.String()),
      }),
      { description: 'What Envoys would be sent, by resource type (LDS, RDS, CDS, EDS, RTDS, ECDS).' },
    ),
    forecast: Type.Union([Forecast, Type.Null()], { description: 'null: no Envoy has told what it counts.' }),
  }),
  Undo: Type.Object({
    to: revision,
    dryRun: Type.Optional(Type.Boolean({ description: 'Only says what would differ.' })),
  }),
  EnvoyList: Type.Object({
    items: Type.Array(Envoy),
    gone: Type.Optional(Type.Array(GoneEnvoy)),
    refused: Type.Optional(Type.Array(RefusedEnvoy)),
  }),
  Health: Type.Object({ status: Type.Literal('ok'), revision }),
  Problem,
};

export type ApiSchemaName = keyof typeof API_SCHEMAS;

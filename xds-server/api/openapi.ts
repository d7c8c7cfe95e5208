import { MIRROR_NAME_PATTERN, policyDefinitions, toPortable } from '../policy/index.ts';
import { API_SCHEMAS, type ApiSchemaName } from './api-schemas.ts';

export interface Operation {
  readonly summary: string;
  /** Name of a schema, the media type of an answer that has none, or undefined where nothing is answered. */
  readonly answer: string | { readonly mediaType: string } | undefined;
  readonly body?: {
    readonly schema: string;
    readonly mediaTypes: readonly string[];
    /** May be left out. */
    readonly optional?: true;
  };
  /** As OpenAPI writes them; those of the path are added. */
  readonly parameters?: readonly object[];
  /** Of success. Default 200. */
  readonly status?: number;
  readonly write?: true;
  readonly created?: true;
}

/** What another room, whose routes are mounted below `/api/v1`, adds to the document. */
export interface OpenApiPart {
  /** By method and path below `/api/v1`. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** By name; they refer to each other as `#/$defs/NAME`. */
  readonly schemas: Readonly<Record<string, object>>;
}

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';

const write = (summary: string, answer: ApiSchemaName, more: Partial<Operation> = {}): Operation => ({
  summary,
  answer,
  write: true,
  ...more,
});

const LIMIT = {
  name: 'limit',
  in: 'query',
  description: 'Default: 100.',
  schema: { type: 'integer', minimum: 1, maximum: 1_000 },
};
const UNDO: Partial<Operation> = { body: { schema: 'Undo', mediaTypes: [JSON_TYPE] } };

/** Every route; a test holds this table and the routes together. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /healthz': { summary: 'Whether the control plane serves', answer: 'Health' },
  'GET /metrics': { summary: 'Metrics for Prometheus', answer: { mediaType: 'text/plain' } },
  'GET /api/v1/config': { summary: 'The whole document as it was written', answer: 'CurrentConfig' },
  'PUT /api/v1/config': write('Replace the whole document', 'Written', {
    body: { schema: 'Config', mediaTypes: [JSON_TYPE, YAML_TYPE] },
  }),
  'POST /api/v1/config/undo': write('Back to how the document was at a revision, as a new revision', 'Written', UNDO),
  'POST /api/v1/plan': {
    summary: 'What a document would change, without changing anything',
    answer: 'Plan',
    body: { schema: 'Config', mediaTypes: [JSON_TYPE, YAML_TYPE] },
  },
  'GET /api/v1/revisions': {
    summary: 'The newest revisions: who changed what',
    answer: 'RevisionList',
    parameters: [
      { name: 'mirror', in: 'query', description: 'Only changes of this one.', schema: { type: 'string' } },
      LIMIT,
    ],
  },
  'GET /api/v1/mirrors': { summary: 'All mirrors', answer: 'MirrorList' },
  'GET /api/v1/mirrors/{name}': { summary: 'One mirror', answer: 'MirrorView' },
  'PUT /api/v1/mirrors/{name}': write('Create or replace a mirror', 'MirrorWritten', {
    body: { schema: 'Mirror', mediaTypes: [JSON_TYPE] },
    created: true,
  }),
  'PATCH /api/v1/mirrors/{name}': write('Change parts of a mirror (RFC 7396: null removes)', 'MirrorWritten', {
    body: { schema: 'MirrorPatch', mediaTypes: ['application/merge-patch+json', JSON_TYPE] },
  }),
  'DELETE /api/v1/mirrors/{name}': write('Remove a mirror', 'Written'),
  'GET /api/v1/mirrors/{name}/history': {
    summary: 'The newest changes of a mirror',
    answer: 'RevisionList',
    parameters: [LIMIT],
  },
  'POST /api/v1/mirrors/{name}/undo': write(
    'Back to how a mirror was at a revision, as a new revision',
    'Written',
    UNDO,
  ),
  'POST /api/v1/mirrors/{name}/pause': write('Stop mirroring; requests pass as before', 'MirrorWritten'),
  'POST /api/v1/mirrors/{name}/resume': write('Mirror again, with the shares as they were', 'MirrorWritten'),
  'GET /api/v1/envoys': { summary: 'The connected Envoys and what they have acknowledged', answer: 'EnvoyList' },
  'GET /api/v1/events': {
    summary: 'Server-sent events of policy, Envoys and comparison',
    answer: { mediaType: 'text/event-stream' },
  },
  'GET /api/v1/openapi.json': { summary: 'This document', answer: { mediaType: JSON_TYPE } },
  'GET /api/v1/schema.json': { summary: 'JSON Schema of the document, for editors', answer: { mediaType: JSON_TYPE } },
};

const WRITE_PARAMETERS = [
  {
    name: 'wait',
    in: 'query',
    description: 'Hold the answer until every connected Envoy has acknowledged, at most this long.',
    schema: { type: 'string', examples: ['5s'] },
  },
  {
    name: 'if-match',
    in: 'header',
    description:
      'Refuse (412) unless this, which ETag said, is the current revision; for one mirror: unless the mirror is as it was then.',
    schema: { type: 'string', examples: ['"7"'] },
  },
  {
    name: 'x-shadowplane-actor',
    in: 'header',
    description: 'Who makes the change, where no token says it; default: api.',
    schema: { type: 'string', maxLength: 100 },
  },
];

/** OpenAPI 3.1 of every route, those of other rooms included. */
export function buildOpenApi(parts: readonly OpenApiPart[] = []): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  const further = parts.flatMap(({ operations }) =>
    Object.entries(operations).map(([route, operation]) => [route.replace(' ', ' /api/v1'), operation] as const),
  );
  for (const [route, operation] of [...Object.entries(OPERATIONS), ...further]) {
    const [method = '', path = ''] = route.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: toOperation(path, operation) };
  }
  const ofParts = Object.assign({}, ...parts.map(({ schemas }) => schemas));
  const schemas = toPortable({ ...policyDefinitions, ...API_SCHEMAS, ...ofParts });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Shadowplane',
      version: 'v1',
      description: 'Change mirroring live. Every refusal is problem+json with a stable code.',
    },
    paths,
    // The empty one: on loopback, and where a network is trusted, nobody has to prove anything.
    security: [{ token: [] }, { certificate: [] }, {}],
    components: {
      schemas: withoutNestedDefinitions(schemas),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' }, certificate: { type: 'mutualTLS' } },
    },
  };
}

function toOperation(path: string, operation: Operation): unknown {
  const { summary, answer, body, write, created, status = 200 } = operation;
  const name = { name: 'name', in: 'path', required: true, schema: { type: 'string', pattern: MIRROR_NAME_PATTERN } };
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const parameters = [
    ...(path.includes('{name}') ? [name] : []),
    ...(path.includes('{id}') ? [id] : []),
    ...(operation.parameters ?? []),
    ...(write ? WRITE_PARAMETERS : []),
  ];
  const success = { description: 'Done', ...(answer !== undefined && { content: content(answer) }) };
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: body.optional !== true,
        content: Object.fromEntries(body.mediaTypes.map((type) => [type, { schema: reference(body.schema) }])),
      },
    }),
    responses: {
      [status]: success,
      ...(created && { 201: { ...success, description: 'Created' } }),
      default: { description: 'Refused', content: { 'application/problem+json': { schema: reference('Problem') } } },
    },
  };
}

function content(answer: NonNullable<Operation['answer']>): unknown {
  return typeof answer === 'string' ? { [JSON_TYPE]: { schema: reference(answer) } } : { [answer.mediaType]: {} };
}

function reference(name: string): unknown {
  return { $ref: `#/components/schemas/${name}` };
}

/** Definitions live in one place in OpenAPI, so references to them are written anew. */
function withoutNestedDefinitions(schemas: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schemas, (key, value) => (key === '$defs' ? undefined : value)),
    (key, value) => (key === '$ref' ? String(value).replace('#/$defs/', '#/components/schemas/') : value),
  );
}

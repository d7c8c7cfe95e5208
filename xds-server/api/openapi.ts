import { MIRROR_NAME_PATTERN, policyDefinitions, toPortable } from '../policy/index.ts';
import { API_SCHEMAS, type ApiSchemaName } from './api-schemas.ts';

interface Operation {
  readonly summary: string;
  /** A schema, or the media type of an answer that has none. */
  readonly answer: ApiSchemaName | { readonly mediaType: string };
  readonly body?: { readonly schema: ApiSchemaName; readonly mediaTypes: readonly string[] };
  readonly write?: true;
  readonly created?: true;
}

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';

const write = (summary: string, answer: ApiSchemaName, more: Partial<Operation> = {}): Operation => ({
  summary,
  answer,
  write: true,
  ...more,
});

/** Every route; a test holds this table and the routes together. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /healthz': { summary: 'Whether the control plane serves', answer: 'Health' },
  'GET /metrics': { summary: 'Metrics for Prometheus', answer: { mediaType: 'text/plain' } },
  'GET /api/v1/config': { summary: 'The whole document as it was written', answer: 'CurrentConfig' },
  'PUT /api/v1/config': write('Replace the whole document', 'Written', {
    body: { schema: 'Config', mediaTypes: [JSON_TYPE, YAML_TYPE] },
  }),
  'GET /api/v1/revisions': { summary: 'The newest revisions: who changed what', answer: 'RevisionList' },
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
  'POST /api/v1/mirrors/{name}/pause': write('Stop mirroring; requests pass as before', 'MirrorWritten'),
  'POST /api/v1/mirrors/{name}/resume': write('Mirror again, with the shares as they were', 'MirrorWritten'),
  'GET /api/v1/envoys': { summary: 'The connected Envoys and what they have acknowledged', answer: 'EnvoyList' },
  'GET /api/v1/events': {
    summary: 'Server-sent events: current, revision, envoy',
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
    description: 'Refuse (412) unless this is the current revision, as ETag said it.',
    schema: { type: 'string', examples: ['"7"'] },
  },
  {
    name: 'x-shadowplane-actor',
    in: 'header',
    description: 'Who makes the change; default: api.',
    schema: { type: 'string', maxLength: 100 },
  },
];

/** OpenAPI 3.1 of every route. */
export function buildOpenApi(): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method = '', path = ''] = route.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: toOperation(path, operation) };
  }
  const schemas = toPortable({ ...policyDefinitions, ...API_SCHEMAS });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Shadowplane',
      version: 'v1',
      description: 'Change mirroring live. Every refusal is problem+json with a stable code.',
    },
    paths,
    components: { schemas: withoutNestedDefinitions(schemas) },
  };
}

function toOperation(path: string, { summary, answer, body, write, created }: Operation): unknown {
  const name = { name: 'name', in: 'path', required: true, schema: { type: 'string', pattern: MIRROR_NAME_PATTERN } };
  const parameters = [...(path.includes('{name}') ? [name] : []), ...(write ? WRITE_PARAMETERS : [])];
  const success = { description: 'Done', content: content(answer) };
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: Object.fromEntries(body.mediaTypes.map((type) => [type, { schema: reference(body.schema) }])),
      },
    }),
    responses: {
      200: success,
      ...(created && { 201: { ...success, description: 'Created' } }),
      default: { description: 'Refused', content: { 'application/problem+json': { schema: reference('Problem') } } },
    },
  };
}

function content(answer: Operation['answer']): unknown {
  return typeof answer === 'string' ? { [JSON_TYPE]: { schema: reference(answer) } } : { [answer.mediaType]: {} };
}

function reference(name: ApiSchemaName): unknown {
  return { $ref: `#/components/schemas/${name}` };
}

/** Definitions live in one place in OpenAPI, so references to them are written anew. */
function withoutNestedDefinitions(schemas: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schemas, (key, value) => (key === '$defs' ? undefined : value)),
    (key, value) => (key === '$ref' ? String(value).replace('#/$defs/', '#/components/schemas/') : value),
  );
}

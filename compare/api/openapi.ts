import { COMPARISON_SCHEMAS } from './openapi-schemas.ts';

/**
 * What the API's OpenAPI document says of the routes of this room, below `/api/v1`. A test holds it and the routes
 * together, and answers against the schemas.
 */
const parameter = (name: string, description: string, schema: object = { type: 'string' }) => ({
  name,
  in: 'query',
  description,
  schema,
});
const EPOCH = parameter('epoch', 'An earlier deployment of the candidate; default: the current one.', {
  type: 'integer',
  minimum: 1,
});
const ENDPOINT = parameter('endpoint', 'Only this one, such as GET /api/orders/{id}.');
const SINCE = parameter('since', 'Only what was seen since this time (ISO 8601).', {
  type: 'string',
  format: 'date-time',
});
const limit = (fallback: number, maximum: number) =>
  parameter('limit', 'At most so many.', { type: 'integer', minimum: 1, maximum, default: fallback });
const view = (...views: string[]) => parameter('view', 'How much of each.', { enum: views, default: 'whole' });
const ACTOR = {
  name: 'x-shadowplane-actor',
  in: 'header',
  description: 'Who makes the rule; default: api.',
  schema: { type: 'string', maxLength: 100 },
};
const rule = { schema: 'RuleInput', mediaTypes: ['application/json'] } as const;
const previewed = { schema: 'RulePreviewInput', mediaTypes: ['application/json'] } as const;

export const comparisonOpenApi = {
  operations: {
    'GET /mirrors/{name}/verdict': {
      summary: 'Whether the candidate behaves like the primary, and how sure that is',
      answer: 'Verdict',
      parameters: [EPOCH],
    },
    'GET /mirrors/{name}/endpoints': {
      summary: 'The same by endpoint, ranked',
      answer: 'EndpointList',
      parameters: [EPOCH],
    },
    'GET /mirrors/{name}/differences': {
      summary: 'What differs, ranked by impact',
      answer: 'DifferenceList',
      parameters: [
        EPOCH,
        parameter('noise', 'include: also what is noise and what rules ignore.', { enum: ['include', 'exclude'] }),
        ENDPOINT,
        SINCE,
        limit(100, 10_000),
      ],
    },
    'GET /mirrors/{name}/samples': {
      summary: 'Whole exchanges, redacted; those that explain most first',
      answer: 'SampleList',
      parameters: [
        EPOCH,
        ENDPOINT,
        parameter('path', 'Only those that differ there.'),
        parameter('kind', 'Only those that differ so.'),
        SINCE,
        view('brief', 'whole'),
        limit(20, 200),
      ],
    },
    'GET /mirrors/{name}/samples/{id}': {
      summary: 'One exchange',
      answer: 'Sample',
      parameters: [view('differences', 'whole')],
    },
    'POST /mirrors/{name}/samples/{id}/run-again': {
      summary: 'Send its request again to all services, to tell behaviour from noise; safe methods only',
      answer: 'RunAgainReport',
      body: { schema: 'RunAgain', mediaTypes: ['application/json'], optional: true },
    },
    'GET /mirrors/{name}/series': {
      summary: 'Pairs compared and differing over time',
      answer: 'Series',
      parameters: [
        parameter('minutes', 'How far back.', { type: 'integer', minimum: 1, maximum: 360, default: 60 }),
        ENDPOINT,
      ],
    },
    'GET /mirrors/{name}/latency': {
      summary: 'Latency and errors of each service, and how the candidate is shifted',
      answer: 'LatencyList',
      parameters: [EPOCH, ENDPOINT],
    },
    'GET /mirrors/{name}/health': {
      summary: 'What became of the copies, by Envoy and by cause',
      answer: 'MirrorHealth',
    },
    'GET /mirrors/{name}/epochs': { summary: 'Deployments of the candidate', answer: 'EpochList' },
    'GET /mirrors/{name}/epochs/compare': {
      summary: 'What is fixed, still there and new between two of them',
      answer: 'EpochComparison',
      parameters: ['from', 'to'].map((name) =>
        parameter(name, 'An epoch; default: the last two.', { type: 'integer', minimum: 1 }),
      ),
    },
    'POST /mirrors/{name}/epoch': { summary: 'Begin an epoch by hand', answer: 'EpochBegun', status: 202 },
    'GET /mirrors/{name}/rules': {
      summary: 'Rules of the mirror, in the order in which they decide',
      answer: 'RuleList',
    },
    'GET /mirrors/{name}/rules/suggestions': {
      summary: 'Rules that would spare a reader what looks like noise; none is made unasked',
      answer: 'RuleSuggestionList',
    },
    'POST /mirrors/{name}/rules': {
      summary: 'Make a rule',
      answer: 'RuleMade',
      status: 201,
      body: rule,
      parameters: [ACTOR],
    },
    'POST /mirrors/{name}/rules/preview': {
      summary: 'What a rule would hide; makes nothing',
      answer: 'RulePreview',
      body: previewed,
    },
    'DELETE /mirrors/{name}/rules/{id}': {
      summary: 'Delete a rule that was made by API',
      answer: undefined,
      status: 204,
    },
  },
  schemas: COMPARISON_SCHEMAS,
} as const;

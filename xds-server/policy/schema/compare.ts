import Type from 'typebox';
import { BOUNDS, DEFAULTS } from '../defaults.ts';
import { formatPercent } from '../percent.ts';
import { RULE_EFFECTS, VALUE_FORMATS } from '../rule-effects.ts';
import { formatSize } from '../units.ts';
import { closed, count, file, flag, formatted, list, text } from './parts.ts';

const headerNames = (description: string, options: Record<string, unknown> = {}) =>
  Type.Optional(list(formatted('header-name', 'Header name.'), description, options));

const endpoint = Type.Optional(formatted('endpoint', 'Only here: GET /api/orders/{id}. Default: every endpoint.'));
const fieldPath = formatted('field-path', 'A JSON Pointer such as /items/*/price, :status or header:NAME.');
const positive = (description: string) =>
  Type.Optional(Type.Unsafe<number>({ type: 'number', format: 'positive-number', description }));
const size = (format: string, fallback: number, description: string) =>
  Type.Optional(
    Type.Unsafe<string | number>({ type: ['string', 'integer'], format, default: formatSize(fallback), description }),
  );

const RuleSchema = Type.Object(
  {
    effect: Type.Enum(Object.keys(RULE_EFFECTS), { description: 'What is not a difference.' }),
    path: fieldPath,
    endpoint,
    reason: text('Why it is harmless, for whoever finds the rule later.', { minLength: 1, maxLength: 1_000 }),
    author: Type.Optional(text('Who says so.', { minLength: 1, maxLength: 100 })),
    expiresAt: Type.Optional(formatted('date-or-time', 'From then on the rule has no effect.')),
    absolute: positive('tolerance: numbers may differ by so much.'),
    relative: positive('tolerance: numbers may differ by this part of the larger one; 0.01 is 1%.'),
    format: Type.Optional(Type.Enum([...VALUE_FORMATS], { description: 'format: both values have this form.' })),
    key: Type.Optional(
      formatted('json-pointer', 'keyed: elements belong together by what stands there, such as /sku.'),
    ),
  },
  { ...closed, description: 'One thing that may differ.' },
);

const WeightSchema = Type.Object(
  {
    path: fieldPath,
    endpoint,
    weight: Type.Unsafe<number>({
      type: 'number',
      format: 'weight',
      description: 'Above 0, at most 1000; 1 is usual.',
    }),
  },
  { ...closed, description: 'What a field and all below it mean to the business.' },
);

export const CompareSchema = Type.Object(
  {
    margin: Type.Optional(
      formatted('margin', 'At most this share of pairs may differ beyond noise, and the verdict still be same.', {
        default: formatPercent(DEFAULTS.compareMargin),
      }),
    ),
    versionHeader: Type.Optional(
      formatted(
        'header-name',
        "Header of the candidate's answers that names its version; another one begins an epoch.",
        {
          default: DEFAULTS.versionHeader,
        },
      ),
    ),
    endpoints: Type.Optional(
      list(
        formatted('endpoint-template', 'GET /api/orders/{id}, or /api/orders/{id} for every method.'),
        'Templates of paths that belong to one endpoint; other paths are learnt.',
      ),
    ),
    openapi: Type.Optional(
      file('OpenAPI document (YAML or JSON) whose paths are templates too; read again when saved.'),
    ),
    weights: Type.Optional(list(WeightSchema, 'What ranks higher or lower than usual; the first that fits decides.')),
    rules: Type.Optional(
      Type.Array(RuleSchema, { description: 'What may differ, and why.', maxItems: BOUNDS.rulesPerMirror }),
    ),
    alsoCompareHeaders: headerNames('Headers that are compared although they usually differ without meaning.'),
    redact: Type.Optional(
      Type.Object(
        {
          headers: headerNames('Headers of request and answers whose values are left out.'),
          paths: Type.Optional(
            list(
              formatted('json-pointer', 'Path.'),
              'Values in JSON bodies; * for any key, ** for any number of them.',
            ),
          ),
          query: Type.Optional(
            list(text('Name.', { minLength: 1, maxLength: 200 }), 'Query parameters of the request.'),
          ),
          bodies: flag('No body of a sample is shown or stored.', false),
        },
        { ...closed, description: 'What leaves no sample, neither to the page nor to the store.' },
      ),
    ),
    capture: Type.Optional(
      Type.Object(
        {
          maxBodyBytes: size('capture-size', DEFAULTS.captureBodyBytes, 'Of a longer answer only so much is captured.'),
          requestHeaders: headerNames('Headers of the request that are captured.', {
            default: [...DEFAULTS.captureRequestHeaders],
          }),
          headers: headerNames('Headers of answers that are captured and compared; default: all.'),
        },
        { ...closed, description: 'What Envoy keeps of requests and answers.' },
      ),
    ),
    retention: Type.Optional(
      Type.Object(
        {
          epochs: count('Epochs whose counts are kept.', DEFAULTS.keptEpochs, 1, 100_000),
          sampledEpochs: count('Newest epochs whose samples are kept.', DEFAULTS.keptSampledEpochs, 1, 100_000),
          sampleBytes: size('sample-size', DEFAULTS.keptSampleBytes, 'Of all samples; the oldest go.'),
        },
        { ...closed, description: 'What is kept of this mirror.' },
      ),
    ),
  },
  { ...closed, description: 'How answers are compared.' },
);

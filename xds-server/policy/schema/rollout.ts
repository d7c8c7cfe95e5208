import Type from 'typebox';
import { BOUNDS, DEFAULTS } from '../defaults.ts';
import { closed, count, duration, formatted, list, named, text } from './parts.ts';

const shares = (description: string) =>
  list(formatted('percent', 'Share.', { examples: ['5%'] }), description, {
    minItems: 1,
    maxItems: BOUNDS.rolloutShares,
  });

const confidence = Type.Optional(
  formatted('confidence', 'How sure a gate is when it opens, and when it stops.', {
    default: DEFAULTS.rolloutConfidence,
  }),
);

const increase = (description: string, fallback: string) =>
  Type.Optional(
    Type.Object(
      {
        atMost: Type.Optional(formatted('increase', description, { default: fallback, examples: ['+1%'] })),
        confidence,
      },
      closed,
    ),
  );

/** What every check by others has; each says first where it is asked. */
const asking = {
  every: duration('How long after an answer it is asked again.', DEFAULTS.checkIntervalMs, 'check-interval'),
  timeout: duration('How long an answer may take; without one there is not enough data.', DEFAULTS.checkTimeoutMs),
  failures: count('Answers in a row that say no before the gate fails.', DEFAULTS.checkFailures, 1, 1_000),
};

const PrometheusSchema = Type.Object(
  {
    url: formatted('http-url', 'The server, without /api/v1/query.', { examples: ['http://prometheus:9090'] }),
    query: text('An instant query with one value.', { minLength: 1 }),
    atMost: Type.Optional(Type.Number({ description: 'The value may be this or less.', ...BOUNDS.checkValue })),
    atLeast: Type.Optional(Type.Number({ description: 'The value may be this or more.', ...BOUNDS.checkValue })),
    ...asking,
  },
  closed,
);

const WebhookSchema = Type.Object(
  { url: formatted('http-url', 'What is sent a POST: 2xx passes, 4xx fails.'), ...asking },
  closed,
);

const GatesSchema = Type.Object(
  {
    differences: Type.Optional(
      Type.Object(
        {
          atMost: Type.Optional(
            formatted('margin', 'Share of pairs that may differ beyond noise, with all of its interval.', {
              default: DEFAULTS.rolloutDifferences,
            }),
          ),
          confidence,
        },
        closed,
      ),
    ),
    errors: increase("How much larger the candidate's share of failed requests may be.", DEFAULTS.rolloutErrors),
    latencyP99: increase("How much longer the candidate's 99th percentile may be.", DEFAULTS.rolloutLatency),
    prometheus: Type.Optional(named(PrometheusSchema, 'Queries by name.', BOUNDS.checks)),
    webhooks: Type.Optional(named(WebhookSchema, 'Webhooks by name.', BOUNDS.checks)),
  },
  {
    ...closed,
    description:
      'What every step has to pass. Without this key: differences, errors and latencyP99 with their defaults.',
  },
);

export const RolloutSchema = Type.Object(
  {
    mirror: Type.Optional(shares('Shares of requests that are copied, in order; no user is moved.')),
    canary: Type.Optional(
      Type.Union(
        [
          shares('Shares of everyone whose requests the shadow answers, in order.'),
          named(
            shares('Shares of this audience, in order.'),
            'Segments of the mirror in order, and everyone as the last.',
            BOUNDS.segmentsPerMirror + 1,
          ),
        ],
        { description: 'Whose real requests the shadow answers.' },
      ),
    ),
    step: Type.Optional(
      Type.Object(
        {
          atLeast: duration('How long a step takes at least.', DEFAULTS.rolloutStepMs, 'step-time'),
          pairs: count('Pairs that a step has at least.', DEFAULTS.rolloutPairs, 0, BOUNDS.rolloutPairs),
        },
        { ...closed, description: 'What each step has before its gates may open.' },
      ),
    ),
    gates: Type.Optional(GatesSchema),
    onFailure: Type.Optional(
      Type.Enum(['rollback', 'pause'], {
        default: DEFAULTS.rolloutOnFailure,
        description:
          'What a gate that fails does. rollback: nobody is on the shadow any more. pause: all stays as it is.',
      }),
    ),
    approve: Type.Optional(
      list(Type.Enum(['mirror', 'canary', 'finish']), 'What a person has to begin; default: nothing.'),
    ),
  },
  { ...closed, description: 'How users are moved to the shadow step by step, and what stops it.' },
);

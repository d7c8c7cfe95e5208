import Type, { type TSchema } from 'typebox';

/** The shapes of the comparison's answers, by the names that they have in OpenAPI; answers are held against them by a test. */
const count = (description?: string) => Type.Integer({ minimum: 0, ...(description && { description }) });
const countOrNull = (description: string) => Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { description });
const numberOrNull = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });
const textOrNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });
const time = (description: string) => Type.String({ format: 'date-time', description });
const byName = (description: string) => Type.Record(Type.String(), Type.Integer(), { description });
const refer = (name: string) => Type.Unsafe({ $ref: `#/$defs/${name}` });
const items = (name: string) => Type.Array(refer(name));

const outcome = Type.Enum(['same', 'different', 'not-enough-data']);
const difference = Type.Enum(['different', 'seen', 'noise', 'ignored'], {
  description: 'different decides; seen is shown and does not; ignored by a rule.',
});
const reason = Type.Enum(['segment', 'sample']);
const segment = Type.Optional(Type.String({ description: 'Only with reason segment.' }));
const notes = Type.Array(Type.String(), { description: 'What a reader must know, in words.' });
const headers = Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }));
const missing = countOrNull(
  'Further pairs until it can be same; 0 when decided, null when the rate so far rules it out.',
);

const Interval = Type.Object(
  { rate: Type.Number(), low: Type.Number(), high: Type.Number() },
  { description: 'Share of pairs that differ beyond noise, with its 95% interval.' },
);

const stratum = {
  reason,
  segment,
  verdict: outcome,
  compared: count(),
  differing: count('Pairs in which the candidate differs and the control does not.'),
  noise: countOrNull('The other way round; null without a control.'),
  mismatch: refer('Interval'),
  missing,
};

const Verdict = Type.Object({
  mirror: Type.String(),
  verdict: outcome,
  mirrored: countOrNull("Copies by Envoy's own count; null while no Envoy can be asked."),
  compared: count('In this epoch.'),
  comparedInAll: count('In all epochs.'),
  lost: byName('Copies that were not compared, by cause, in all epochs.'),
  controlLost: byName("Compared without the control's answer, by cause."),
  mismatch: refer('Interval'),
  differing: count(),
  noise: countOrNull('Null without a control.'),
  marginRate: Type.Number({ description: 'compare.margin: with all of the interval at most this, it is same.' }),
  epoch: count('0 before the first pair.'),
  version: textOrNull("By the candidate's version header."),
  epochStartedAt: time('When the epoch began.'),
  missing,
  control: Type.Enum(['all', 'some', 'none'], { description: 'Whether noise was told by control copies.' }),
  drifted: count('Pairs in which the candidate lacks what was made while mirroring; they decide nothing.'),
  hidden: Type.Object(
    { rules: count(), differences: count(), byRule: byName('By rule id.') },
    { description: 'What rules hide, which the verdict does not count.' },
  ),
  notes,
  strata: Type.Array(Type.Object({ ...stratum, lost: byName('As far as their stratum is known.') })),
});

const Endpoint = Type.Object({
  rank: count(),
  endpoint: Type.String({ examples: ['GET /api/orders/{id}'] }),
  verdict: outcome,
  compared: count(),
  differing: count(),
  mismatch: refer('Interval'),
  fields: Type.Object({ different: count(), seen: count(), noise: count() }, { description: 'Fields by level.' }),
  coverage: Type.Object({
    missing,
    pairsPerHour: Type.Number(),
    expectedInMs: numberOrNull('Until the missing pairs are there, at the rate so far.'),
  }),
  lastComparedAt: time('When the latest pair was compared.'),
  strata: Type.Array(Type.Object(stratum)),
});

const Difference = Type.Object({
  rank: count('1 has the largest impact.'),
  endpoint: Type.String(),
  path: Type.String({ description: 'A JSON Pointer with folded indices, or :status, header:NAME.' }),
  kind: Type.String({ examples: ['value', 'type', 'missing', 'extra', 'order', 'length', 'status'] }),
  verdict: difference,
  class: Type.Enum(['defect', 'state'], { description: 'state: the candidate lacks what was made while mirroring.' }),
  compared: count('Pairs of this endpoint.'),
  differing: count(),
  noise: countOrNull('Pairs in which the control differs; null without one.'),
  pValue: Type.Number(),
  expectedInnocent: numberOrNull('Expected number of innocent fields that look as different.'),
  isNew: Type.Boolean({ description: 'Not there in the epoch before.' }),
  sampleId: textOrNull('An example of it.'),
  firstSeenAt: time('In this epoch.'),
  lastSeenAt: time('In this epoch.'),
  ruleId: Type.Optional(Type.String({ description: 'Of a difference that is ignored.' })),
  strata: Type.Array(
    Type.Object({
      reason,
      segment,
      verdict: difference,
      compared: count(),
      differing: count(),
      noise: countOrNull(''),
    }),
  ),
});

const Epoch = Type.Object({
  epoch: count(),
  version: textOrNull("By the candidate's version header."),
  begunBy: Type.Enum(['first', 'version', 'person']),
  startedAt: time('When it began.'),
  lastComparedAt: time('When the latest pair was compared.'),
  compared: count(),
});

const Answer = Type.Object({
  status: Type.Integer(),
  headers: Type.Optional(headers),
  body: Type.Optional(Type.String({ description: 'Of a body that is text.' })),
  bodyBase64: Type.Optional(Type.String({ description: 'Of a body that is none.' })),
  bodyBytes: count('The whole length, also of what was not kept.'),
  truncated: Type.Optional(Type.Boolean()),
  headersMs: Type.Optional(Type.Number()),
  lastByteMs: Type.Number(),
  ended: Type.Enum(['complete', 'reset', 'timeout', 'cut']),
});

const FieldDifference = Type.Object({
  kind: Type.String(),
  path: Type.String(),
  primary: Type.Optional(Type.String()),
  candidate: Type.Optional(Type.String()),
});

const Sample = Type.Object({
  id: Type.String(),
  endpoint: Type.String(),
  version: textOrNull("By the candidate's version header."),
  reason,
  segment,
  method: Type.String(),
  path: Type.String(),
  at: time('When the request came.'),
  requestHeaders: Type.Optional(headers),
  primary: refer('Answer'),
  candidate: refer('Answer'),
  control: Type.Optional(refer('Answer')),
  differences: Type.Optional(items('FieldDifference')),
  noise: Type.Optional(items('FieldDifference')),
});

const rule = {
  effect: Type.Enum(['ignore', 'tolerance', 'format', 'unordered', 'keyed', 'nullEqualsMissing']),
  path: Type.String(),
  endpoint: Type.Optional(Type.String()),
  reason: Type.String(),
  absolute: Type.Optional(Type.Number({ description: 'tolerance' })),
  relative: Type.Optional(Type.Number({ description: 'tolerance' })),
  format: Type.Optional(Type.String({ description: 'format' })),
  key: Type.Optional(Type.String({ description: 'keyed' })),
};

const madeRule = {
  ...rule,
  id: Type.String(),
  author: Type.String(),
  source: Type.Enum(['api', 'file'], { description: 'file: compare.rules of the mirror; changed only there.' }),
  createdAt: time('When it was made.'),
  expiresAt: textOrNull('From then on it has no effect.'),
  expired: Type.Boolean(),
};

const RulePreview = Type.Object({
  basis: Type.Enum(['counts', 'samples']),
  hides: Type.Array(
    Type.Object({ endpoint: Type.String(), path: Type.String(), kind: Type.String(), hidden: count(), of: count() }),
  ),
  verdict: Type.Optional(Type.Object({ without: outcome, with: outcome })),
  samples: Type.Optional(count('Samples that were compared again.')),
});

const arm = Type.Object({
  count: count('Compared pairs.'),
  errors: count('5xx, and what gRPC means by it.'),
  clientErrors: count('4xx, and what gRPC means by it.'),
  p50Ms: numberOrNull('Until the last byte.'),
  p90Ms: numberOrNull('Until the last byte.'),
  p99Ms: numberOrNull('Until the last byte.'),
  localReplies: countOrNull("Envoy's own answers, which are in no other figure."),
});
const figures = {
  arms: Type.Object({ primary: arm, candidate: arm, control: Type.Optional(arm) }),
  shift: Type.Union(
    [
      Type.Object({
        ms: Type.Number(),
        lowMs: Type.Number(),
        highMs: Type.Number(),
        pValue: Type.Number(),
        against: Type.Enum(['control', 'primary']),
      }),
      Type.Null(),
    ],
    { description: 'By how much the candidate is slower; against the control where there is one.' },
  ),
  errors: Type.Union(
    [Type.Object({ difference: Type.Number(), low: Type.Number(), high: Type.Number() }), Type.Null()],
    { description: 'Share of errors, candidate minus primary.' },
  ),
};
const Latency = Type.Object({
  endpoint: Type.String({ description: '* is all together.' }),
  ...figures,
  strata: Type.Array(Type.Object({ reason, segment, ...figures })),
});

const copies = Type.Object(
  {
    sent: count('Given to a connection.'),
    active: count(),
    overflow: count('Refused: the breaker was open, or no host was healthy.'),
    timeouts: count(),
    resets: count(),
    connectFailures: count(),
    responses: byName('By class: 2xx.'),
    breaker: Type.Object({ open: Type.Boolean(), maxRequests: count() }),
  },
  { description: "Envoy's own counters of the copies." },
);

export const COMPARISON_SCHEMAS = {
  Interval,
  Verdict,
  Endpoint,
  EndpointList: Type.Object({ epoch: count(), items: items('Endpoint') }),
  Difference,
  DifferenceList: Type.Object({ epoch: count(), total: count('Before limit.'), items: items('Difference') }),
  Epoch,
  EpochList: Type.Object({ items: items('Epoch') }, { description: 'Newest first.' }),
  EpochComparison: Type.Object({
    from: refer('Epoch'),
    to: refer('Epoch'),
    fixed: items('Difference'),
    maybeFixed: items('Difference'),
    stillThere: items('Difference'),
    new: items('Difference'),
  }),
  EpochBegun: Type.Object({ epoch: count('It begins with the next request.') }),
  Answer,
  FieldDifference,
  Sample,
  SampleList: Type.Object({ items: items('Sample') }),
  RunAgain: Type.Object({ times: Type.Optional(Type.Integer({ minimum: 2, maximum: 10, default: 3 })) }),
  RunAgainReport: Type.Object({
    deterministic: Type.Boolean({ description: 'Every arm answered each time, and each time the same.' }),
    varies: Type.Record(Type.String(), Type.Array(Type.Object({ kind: Type.String(), path: Type.String() })), {
      description: 'By arm, where it differed from itself.',
    }),
    runs: Type.Array(
      Type.Object({
        primary: refer('Answer'),
        candidate: refer('Answer'),
        control: Type.Optional(refer('Answer')),
        differences: items('FieldDifference'),
      }),
    ),
    notes,
  }),
  Rule: Type.Object(madeRule),
  RuleMade: Type.Object({
    ...madeRule,
    note: Type.Optional(Type.String({ description: 'What it does not change, in words: all but ignore begin now.' })),
  }),
  RuleInput: Type.Object({
    ...rule,
    expiresAt: Type.Optional(Type.String({ description: 'A date or time to come.' })),
  }),
  RulePreviewInput: Type.Object({
    ...rule,
    reason: Type.Optional(rule.reason),
    expiresAt: Type.Optional(Type.String({ description: 'A date or time to come.' })),
  }),
  RuleList: Type.Object({ items: items('Rule') }),
  RuleSuggestionList: Type.Object({
    items: Type.Array(
      Type.Object({
        rule: Type.Object({ effect: rule.effect, path: rule.path, endpoint: rule.endpoint, format: rule.format }),
        why: Type.String(),
        hides: Type.Object({ pairs: count(), of: count() }),
      }),
    ),
  }),
  RulePreview,
  Series: Type.Object({
    stepMs: count(),
    from: time('Beginning of the first step.'),
    to: time('End of the last step.'),
    items: Type.Array(
      Type.Object({
        endpoint: Type.String({ description: 'The first is *, all together.' }),
        points: Type.Array(Type.Array(Type.Number(), { minItems: 3, maxItems: 3 }), {
          description: '[atMs, compared, differing]',
        }),
      }),
    ),
  }),
  Latency,
  LatencyList: Type.Object({ epoch: count(), items: items('Latency') }),
  MirrorHealth: Type.Object({
    mirror: Type.String(),
    envoys: Type.Array(
      Type.Object({
        node: Type.String(),
        connected: Type.Boolean(),
        lastReportAt: time('When it last told what it counts.'),
        candidate: copies,
        control: Type.Optional(copies),
        back: Type.Optional(copies),
        filter: byName('Counters of the filter.'),
        capture: Type.Union([
          Type.Object({
            delivered: count(),
            dropped: byName('By cause.'),
            lastHeartbeatAt: time('When it last sent a batch, empty ones included.'),
          }),
          Type.Null(),
        ]),
      }),
    ),
    lost: byName('Copies that were not compared, by cause.'),
    controlLost: byName('The same of the control.'),
    notes,
  }),
} as const satisfies Record<string, TSchema>;

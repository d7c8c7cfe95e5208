import Type from 'typebox';
import { STATUSES } from '../../rollout/index.ts';

const NullableString = Type.Union([Type.String(), Type.Null()]);
const NullableNumber = Type.Union([Type.Number(), Type.Null()]);
const Share = Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Parts per million.' });

const Weights = Type.Object({
  copies: Type.Union([Share, Type.Literal('as-configured')], {
    description: 'Share of each audience that is copied; as-configured: what the mirror itself says.',
  }),
  users: Type.Record(Type.String(), Share, {
    description: 'Share of each audience (a segment, or everyone) whose requests the candidate answers.',
  }),
});
const Exposure = Type.Object({ requests: Type.Integer(), failed: Type.Integer() });
const Applied = Type.Object({ acked: Type.Integer(), of: Type.Integer(), tookMs: Type.Integer() });

const view = {
  mirror: Type.String(),
  status: Type.Enum(['none', 'ready', ...STATUSES], {
    description: 'none: the policy has no plan for this mirror. ready: it has one, and nothing was started yet.',
  }),
  phase: Type.Union([Type.Enum(['mirror', 'canary', 'finish']), Type.Null()]),
  plan: Type.Union([Type.Object({}), Type.Null()], {
    description: 'Of the rollout under way; a plan that was changed later waits for the next start.',
  }),
  steps: Type.Array(
    Type.Object({
      name: Type.String({ examples: ['mirror 25%', 'canary employees 50%'] }),
      phase: Type.Enum(['mirror', 'canary']),
      weights: Weights,
      state: Type.Enum(['passed', 'current', 'ahead']),
    }),
  ),
  step: Type.Union([Type.Integer(), Type.Null()], { description: 'Index into steps; null before the first.' }),
  weights: Weights,
  why: Type.String(),
  waitingFor: Type.Array(Type.String()),
  elapsedMs: Type.Integer(),
  gates: Type.Array(
    Type.Object({
      gate: Type.Enum(['differences', 'errors', 'latencyP99']),
      stratum: Type.String({ examples: ['segment employees', 'sample'] }),
      outcome: Type.Enum(['pass', 'fail', 'not-enough-data']),
      value: NullableNumber,
      low: NullableNumber,
      high: NullableNumber,
      atMost: Type.Number(),
      count: Type.Integer({ description: 'Pairs or requests that it rests on.' }),
      isGrpc: Type.Optional(
        Type.Boolean({ description: 'It rests on pairs, by the status that gRPC has of its own.' }),
      ),
      last: Type.Optional(
        Type.Integer({
          description: "It failed for the candidate's last so many requests alone, not for all of the step.",
        }),
      ),
      unanswered: Type.Optional(
        Type.Integer({ description: "Of the candidate's failures, requests without any answer." }),
      ),
      more: Type.Union([Type.Integer(), Type.Null()], { description: 'How many more it takes about; null: many.' }),
    }),
    { description: 'Those that failed first, then those that lack data.' },
  ),
  checks: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.Enum(['webhook', 'prometheus']),
      outcome: Type.Enum(['pass', 'fail', 'not-enough-data']),
      why: Type.String(),
      at: NullableString,
    }),
  ),
  delivered: Type.Object(
    { acked: Type.Integer(), of: Type.Integer(), waitingFor: NullableString },
    { description: 'How many of the connected Envoys have the weights, and what holds up a step.' },
  ),
  users: Type.Array(Type.Object({ stratum: Type.String(), share: Share, primary: Exposure, candidate: Exposure }), {
    description: "Users' requests by the service that answered them, since this process watches.",
  }),
  exposed: Type.Object(
    { total: Exposure, step: Exposure },
    { description: "Users' requests that the candidate answered, since the start and since the step began." },
  ),
  events: Type.Array(
    Type.Object({
      at: Type.String({ format: 'date-time' }),
      kind: Type.String({ examples: ['start', 'step', 'passed', 'failed', 'began-again', 'switched-off', 'rollback'] }),
      by: Type.String({ description: 'Who asked; shadowplane: the gates.' }),
      status: Type.Enum(STATUSES),
      step: Type.String(),
      why: Type.String(),
      weights: Weights,
    }),
    { description: 'Oldest first, at most 200.' },
  ),
  startedAt: NullableString,
  startedBy: NullableString,
  drivenBy: Type.Union([Type.Object({ id: Type.String(), isThis: Type.Boolean() }), Type.Null()], {
    description: 'Which control plane drives it; null while nobody does.',
  }),
};

const JSON_BODY = { schema: 'RolloutAsked', mediaTypes: ['application/json'], optional: true } as const;
const WAIT = {
  name: 'wait',
  in: 'query',
  description: 'Hold the answer until every connected Envoy has acknowledged, at most this long.',
  schema: { type: 'string', examples: ['5s'] },
};
const ACTOR = {
  name: 'x-shadowplane-actor',
  in: 'header',
  description: 'Who asks, where no token says it; default: api.',
  schema: { type: 'string', maxLength: 100 },
};
const asked = (summary: string) => ({
  summary,
  answer: 'RolloutAnswer',
  body: JSON_BODY,
  parameters: [WAIT, ACTOR],
});

export const rolloutOpenApi = {
  operations: {
    'GET /mirrors/{name}/rollout': {
      summary: 'How far users have been moved, why no further, and what every gate says',
      answer: 'Rollout',
    },
    'POST /mirrors/{name}/rollout/start': asked('Begin the plan that the mirror has now'),
    'POST /mirrors/{name}/rollout/promote': asked('Go to the next step without waiting for what it waits for'),
    'POST /mirrors/{name}/rollout/pause': asked('Stay at this step; gates are still asked'),
    'POST /mirrors/{name}/rollout/resume': asked('Go on after a pause'),
    'POST /mirrors/{name}/rollout/rollback': asked('Take all users off the candidate; in force at once'),
    'POST /mirrors/{name}/rollout/abort': asked('End it: no users, and copies as the mirror itself says'),
    'POST /mirrors/{name}/rollout/finish': asked('Make the candidate the primary, after its last step has passed'),
  },
  schemas: {
    RolloutAsked: Type.Object({
      dryRun: Type.Optional(
        Type.Boolean({ description: 'Of start and finish: answer with what would happen, and do nothing.' }),
      ),
    }),
    Rollout: Type.Object(view),
    RolloutAnswer: Type.Object({
      ...view,
      stored: Type.Boolean({
        description: 'false: it is in force, and not in the store yet; that is tried until it works.',
      }),
      todo: Type.Array(Type.String(), { description: 'What is left to do by hand, in words.' }),
      applied: Type.Optional(Applied),
    }),
  },
} as const;

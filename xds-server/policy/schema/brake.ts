import Type from 'typebox';
import { DEFAULTS } from '../defaults.ts';
import { formatSize } from '../units.ts';
import { closed, duration, formatted } from './parts.ts';

const increase = (description: string, fallback: string) =>
  Type.Optional(formatted('increase', description, { default: fallback, examples: ['+10%', '+0.5%'] }));

export const BrakeSchema = Type.Union(
  [
    Type.Enum(['off']),
    Type.Object(
      {
        latencyP99: increase("What the primary's 99th percentile may grow by.", DEFAULTS.brakeLatencyIncrease),
        errors: increase('What the share of failed requests may grow by, in points.', DEFAULTS.brakeErrorIncrease),
        memory: Type.Optional(
          Type.Unsafe<string | number>({
            type: ['string', 'integer'],
            format: 'memory-size',
            default: formatSize(DEFAULTS.brakeMemoryBytes),
            description: 'What any Envoy may have allocated.',
          }),
        ),
        calm: duration('How long nothing is copied before it is tried again.', DEFAULTS.brakeCalmMs),
      },
      closed,
    ),
  ],
  { description: 'Copies stop by themselves when they cost more than this; off: never.' },
);

import Type from 'typebox';
import { CREDENTIAL_HEADERS } from '../credentials.ts';
import { BOUNDS, DEFAULTS } from '../defaults.ts';
import { formatPercent, NONE } from '../percent.ts';
import { formatSize } from '../units.ts';
import { BrakeSchema } from './brake.ts';
import { CompareSchema } from './compare.ts';
import { subject } from './condition.ts';
import { closed, count, duration, flag, formatted, list, name, named } from './parts.ts';
import { RolloutSchema } from './rollout.ts';

const share = (description: string, options: Record<string, unknown> = {}) =>
  formatted('percent', description, { examples: ['5%', '0.25%'], ...options });

export const MirrorSchema = Type.Object(
  {
    match: Type.Object(
      { path: formatted('mirror-path', 'This path and everything below it.') },
      { ...closed, 'x-misplaced': { host: '; host stands beside match' } },
    ),
    host: Type.Optional(
      Type.Union(
        [formatted('host-pattern', 'Host name.'), list(formatted('host-pattern', 'Host name.'), '', { minItems: 1 })],
        {
          description: 'Only requests to this host or these hosts (shop.example, *.shop.example); default: every host.',
        },
      ),
    ),
    primary: name('The service that answers the users.'),
    shadow: name('The service that gets the copies.'),
    control: Type.Optional(name('A second copy of the primary: the noise baseline.')),
    segments: Type.Optional(
      named(
        share('Share of the requests in this segment.'),
        'In order; the first segment that matches a request decides.',
        BOUNDS.segmentsPerMirror,
      ),
    ),
    sample: Type.Optional(share('Share of the requests in no segment.', { default: formatPercent(NONE) })),
    sticky: Type.Optional(
      Type.Object(subject, {
        ...closed,
        description: 'Where the stable key of a user is (one of header, cookie, query): always or never in the share.',
      }),
    ),
    methods: Type.Optional(
      list(
        formatted('method', 'Method.'),
        'Methods that are mirrored; default: GET, HEAD, OPTIONS, and with sideEffects POST, PUT, PATCH, DELETE too.',
        {
          minItems: 1,
        },
      ),
    ),
    sideEffects: Type.Optional(
      Type.Enum(['none', 'guarded', 'trusted'], {
        default: DEFAULTS.sideEffects,
        description:
          'Needed to mirror POST, PUT, PATCH, DELETE. guarded: every receiver has proven its guard. trusted: no proof is asked.',
      }),
    ),
    limits: Type.Optional(
      Type.Object(
        {
          maxBodyBytes: Type.Optional(
            Type.Unsafe<string | number>({
              type: ['string', 'integer'],
              format: 'body-size',
              default: formatSize(DEFAULTS.maxBodyBytes),
              description: 'A longer body is not mirrored, or the copy is cut there.',
            }),
          ),
          maxConcurrent: count('Copies in flight; more are dropped.', DEFAULTS.maxConcurrent, 1, BOUNDS.maxConcurrent),
          timeout: duration('How long a copy may live.', DEFAULTS.copyTimeoutMs),
          copiesPerSecond: Type.Optional(
            Type.Integer({
              description: 'Requests copied a second by one Envoy; default: as many as the shares say.',
              minimum: 1,
              maximum: BOUNDS.copiesPerSecond,
            }),
          ),
          bytesPerSecond: Type.Optional(
            Type.Unsafe<string | number>({
              type: ['string', 'integer'],
              format: 'byte-rate',
              description: 'Bytes of request bodies copied a second by one Envoy; default: as many as come.',
              examples: ['8MiB'],
            }),
          ),
        },
        { ...closed, description: 'What copies may cost.' },
      ),
    ),
    credentials: Type.Optional(
      Type.Enum(['keep', 'strip'], {
        default: DEFAULTS.credentials,
        description: `strip: the copy carries no ${CREDENTIAL_HEADERS.join(', ')}. keep: it carries what the user sent.`,
      }),
    ),
    headers: Type.Optional(
      Type.Object(
        {
          set: Type.Optional(
            Type.Record(Type.String(), formatted('header-value', 'Value.'), {
              description: 'Headers set on the copy.',
              maxProperties: BOUNDS.listItems,
            }),
          ),
          remove: Type.Optional(list(formatted('header-name', 'Header name.'), 'Headers removed from the copy.')),
        },
        { ...closed, description: 'Changes to headers of the copy only.' },
      ),
    ),
    paused: flag('Nothing is mirrored while true.', false),
    compare: Type.Optional(CompareSchema),
    brake: Type.Optional(BrakeSchema),
    rollout: Type.Optional(RolloutSchema),
  },
  { ...closed, description: 'Copies requests for one service to its candidate.' },
);

import Type, { type Static, type TSchema } from 'typebox';
import { BOUNDS, DEFAULTS } from './defaults.ts';
import type { FormatName } from './formats.ts';
import type { EnvoyJson } from './model.ts';
import type { PerMillion } from './percent.ts';
import { formatPercent } from './percent.ts';
import { formatDuration, formatSize } from './units.ts';

/**
 * The document that users write: the one source of the parser's shape checks, of the JSON Schema for editors and of the
 * HTTP API's OpenAPI. Only keywords that check-shape.ts knows may be used here; a test says so.
 */

/** At most 63 characters. Names become parts of names in Envoy, where `/` and `.` separate them. */
export const NAME_PATTERN = '^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$';

const closed = { additionalProperties: false } as const;

function text(description: string, options: Record<string, unknown> = {}) {
  return Type.String({ description, maxLength: BOUNDS.stringLength, ...options });
}

/** A scalar with a syntax of its own; formats.ts reads it. */
function formatted(format: FormatName, description: string, options: Record<string, unknown> = {}) {
  return text(description, { format, ...options });
}

function named<T extends TSchema>(schema: T, description: string, maxProperties: number) {
  return Type.Record(Type.String({ pattern: NAME_PATTERN }), schema, { ...closed, description, maxProperties });
}

function list<T extends TSchema>(item: T, description: string, options: Record<string, unknown> = {}) {
  return Type.Array(item, { description, maxItems: BOUNDS.listItems, ...options });
}

function duration(description: string, defaultMs?: number, format: FormatName = 'duration') {
  const fallback = defaultMs === undefined ? {} : { default: defaultMs === 0 ? '0s' : formatDuration(defaultMs) };
  return Type.Optional(formatted(format, description, { ...fallback, examples: ['5s', '200ms'] }));
}

function flag(description: string, fallback: boolean) {
  return Type.Optional(Type.Boolean({ description, default: fallback }));
}

function count(description: string, fallback: number, minimum: number, maximum: number) {
  return Type.Optional(Type.Integer({ description, default: fallback, minimum, maximum }));
}

const EnvoyObject = Type.Unsafe<EnvoyJson>({ type: 'object', description: 'Envoy configuration as ProtoJSON.' });

const name = (description: string) => text(description, { pattern: NAME_PATTERN });
const file = (description: string) => text(description, { minLength: 1 });

const subject = {
  header: Type.Optional(formatted('header-name', 'The value of this request header.')),
  cookie: Type.Optional(text('The value of this cookie.', { minLength: 1 })),
  query: Type.Optional(text('The value of this query parameter.', { minLength: 1 })),
};

/** Refers to itself, so its type is written out. Exactly one subject with one test, or one of any, all, not, cel. */
export interface ConditionDocument {
  header?: string;
  cookie?: string;
  query?: string;
  path?: true;
  method?: true;
  equals?: string;
  prefix?: string;
  suffix?: string;
  contains?: string;
  oneOf?: string[];
  present?: boolean;
  any?: ConditionDocument[];
  all?: ConditionDocument[];
  not?: ConditionDocument;
  cel?: string;
}

const ConditionRef = Type.Unsafe<ConditionDocument>({ $ref: '#/$defs/Condition' });

const ConditionSchema = Type.Object(
  {
    ...subject,
    path: Type.Optional(Type.Literal(true, { description: 'The path without its query.' })),
    method: Type.Optional(Type.Literal(true, { description: 'The request method.' })),
    equals: Type.Optional(text('The value is exactly this.')),
    prefix: Type.Optional(text('The value begins with this.', { minLength: 1 })),
    suffix: Type.Optional(text('The value ends with this.', { minLength: 1 })),
    contains: Type.Optional(text('The value contains this.', { minLength: 1 })),
    oneOf: Type.Optional(list(text('One of the values.'), 'The value is one of these.', { minItems: 1 })),
    present: Type.Optional(Type.Boolean({ description: 'The value is there at all (true) or is missing (false).' })),
    any: Type.Optional(list(ConditionRef, 'At least one of these holds.', { minItems: 1 })),
    all: Type.Optional(list(ConditionRef, 'All of these hold.', { minItems: 1 })),
    not: Type.Optional(ConditionRef),
    cel: Type.Optional(text('An expression in CEL that Envoy evaluates; an evaluation error is no match.')),
  },
  {
    ...closed,
    description: 'One of header, cookie, query, path, method with one test; or any, all, not; or cel.',
  },
);

const CertificateSchema = Type.Object(
  {
    certificateFile: file('PEM file with the certificate chain, read by Envoy.'),
    privateKeyFile: file('PEM file with the private key, read by Envoy.'),
  },
  closed,
);

const Markers = Type.Enum(['strip', 'trust'], {
  default: DEFAULTS.markers,
  description: 'strip (an edge): client-sent x-shadow* headers are removed. trust (an inner hop): they stay.',
});

const ListenerSchema = Type.Object(
  {
    markers: Type.Optional(Markers),
    trustedHops: count('Trusted proxies in front of this Envoy.', DEFAULTS.trustedHops, 0, 100),
    useRemoteAddress: flag(
      "The connection's address is the client's (an edge). False behind another proxy of yours.",
      DEFAULTS.useRemoteAddress,
    ),
    accessLog: Type.Optional(
      Type.Union(
        [Type.Enum(['off', 'stdout']), Type.Object({ file: file('File that Envoy appends JSON lines to.') }, closed)],
        {
          default: DEFAULTS.accessLog,
          description: "Where Envoy's JSON access log goes: off, stdout or {file: PATH}.",
        },
      ),
    ),
    timeouts: Type.Optional(
      Type.Object(
        {
          request: duration('For a whole request to arrive.', DEFAULTS.requestTimeoutMs, 'duration-or-none'),
          streamIdle: duration(
            'For a stream on which nothing moves.',
            DEFAULTS.streamIdleTimeoutMs,
            'duration-or-none',
          ),
          drain: duration('Grace when connections are drained.', DEFAULTS.drainTimeoutMs, 'duration-or-none'),
        },
        { ...closed, description: '0 means no limit.' },
      ),
    ),
    upgrades: Type.Optional(
      list(formatted('upgrade', 'Name of a protocol.'), 'Upgrades let through to the primary; never mirrored.', {
        default: [...DEFAULTS.upgrades],
      }),
    ),
    tls: Type.Optional(CertificateSchema),
  },
  { ...closed, description: 'What the edge needs.' },
);

const ServiceSchema = Type.Object(
  {
    address: Type.Optional(formatted('address', 'host:port; this or addresses.', { examples: ['order-v1:8080'] })),
    addresses: Type.Optional(
      list(formatted('address', 'host:port'), 'Several endpoints of the same service.', { minItems: 1 }),
    ),
    protocol: Type.Optional(
      Type.Enum(['http1', 'http2'], { default: DEFAULTS.protocol, description: 'http2 for gRPC.' }),
    ),
    tls: Type.Optional(
      Type.Union(
        [
          Type.Boolean(),
          Type.Object(
            {
              serverName: Type.Optional(
                text('Name sent and verified; default: the first DNS address.', { minLength: 1 }),
              ),
              caFile: Type.Optional(file("PEM file of trusted roots, read by Envoy; default: the system's.")),
              clientCertificate: Type.Optional(CertificateSchema),
              insecure: flag('Do not verify the server. For tests only.', false),
            },
            closed,
          ),
        ],
        { default: false, description: 'TLS to the service: true, or an object with details.' },
      ),
    ),
    healthCheck: Type.Optional(
      Type.Object(
        {
          path: formatted('request-path', 'Answered 200 while the service is healthy.', {
            examples: ['/health/ready'],
          }),
          interval: duration('Between two checks.', DEFAULTS.healthCheckIntervalMs),
          timeout: duration('For one check.', DEFAULTS.healthCheckTimeoutMs),
          unhealthyThreshold: count(
            'Failures in a row that take an endpoint out.',
            DEFAULTS.unhealthyThreshold,
            1,
            100,
          ),
          healthyThreshold: count('Successes in a row that bring it back.', DEFAULTS.healthyThreshold, 1, 100),
        },
        { ...closed, description: 'Active health checks; without it there are none.' },
      ),
    ),
    connectTimeout: duration('For a connection to the service.', DEFAULTS.connectTimeoutMs),
  },
  { ...closed, description: 'A service that receives requests or copies.' },
);

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
    sample: Type.Optional(share('Share of the requests in no segment.', { default: formatPercent(0 as PerMillion) })),
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
        },
        { ...closed, description: 'What copies may cost.' },
      ),
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
    compare: Type.Optional(
      Type.Unsafe<EnvoyJson>({ type: 'object', description: 'Kept for the comparison layer; without effect so far.' }),
    ),
    rollout: Type.Optional(
      Type.Unsafe<EnvoyJson>({ type: 'object', description: 'Kept for the gradual shift; without effect so far.' }),
    ),
  },
  { ...closed, description: 'Copies requests for one service to its candidate.' },
);

const envoyList = (description: string) => Type.Optional(list(EnvoyObject, description));

const EnvoyExtrasSchema = Type.Object(
  {
    httpFilters: Type.Optional(
      Type.Object(
        {
          before: envoyList('HTTP filters in front of the mirror filter: what they reject is not mirrored.'),
          after: envoyList('HTTP filters behind the mirror filter.'),
        },
        closed,
      ),
    ),
    clusters: envoyList('Whole clusters served beside ours.'),
    listeners: envoyList('Whole listeners served beside ours.'),
    routes: envoyList('Routes placed in front of ours in every virtual host.'),
    merge: Type.Optional(
      Type.Object(
        {
          services: Type.Optional(named(EnvoyObject, 'By service name, into each of its clusters.', BOUNDS.services)),
          httpConnectionManager: Type.Optional(EnvoyObject),
          listener: Type.Optional(EnvoyObject),
        },
        { ...closed, description: 'Deep-merged into what Shadowplane generates.' },
      ),
    ),
  },
  { ...closed, description: 'Raw Envoy configuration for what this schema lacks.' },
);

export const PolicySchema = Type.Object(
  {
    listen: Type.Optional(formatted('listen-address', 'Where Envoy listens.', { default: DEFAULTS.listen })),
    markers: Type.Optional(Markers),
    listener: Type.Optional(ListenerSchema),
    default: Type.Optional(name('Service for everything outside the mirrors; without it: 404.')),
    services: Type.Optional(named(ServiceSchema, 'Services by name.', BOUNDS.services)),
    segments: Type.Optional(named(ConditionRef, 'Groups of requests by name.', BOUNDS.listItems)),
    mirrors: Type.Optional(named(MirrorSchema, 'Mirrors by name.', BOUNDS.mirrors)),
    envoy: Type.Optional(EnvoyExtrasSchema),
  },
  { ...closed, title: 'shadowplane.yaml', $defs: { Condition: ConditionSchema } },
);

export const DEFINITIONS: Readonly<Record<string, TSchema>> = Object.freeze({ Condition: ConditionSchema });

export type PolicyDocument = Static<typeof PolicySchema>;
export type ListenerDocument = Static<typeof ListenerSchema>;
export type ServiceDocument = Static<typeof ServiceSchema>;
export type MirrorDocument = Static<typeof MirrorSchema>;

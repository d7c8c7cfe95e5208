import Type from 'typebox';
import { DEFAULTS } from '../defaults.ts';
import { CertificateSchema } from './certificate.ts';
import { closed, count, duration, file, flag, formatted, list } from './parts.ts';

export const Markers = Type.Enum(['strip', 'trust'], {
  default: DEFAULTS.markers,
  description: 'strip (an edge): client-sent x-shadow* headers are removed. trust (an inner hop): they stay.',
});

export const ListenerSchema = Type.Object(
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

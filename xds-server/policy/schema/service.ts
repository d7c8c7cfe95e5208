import Type from 'typebox';
import { DEFAULTS } from '../defaults.ts';
import { CertificateSchema } from './certificate.ts';
import { closed, count, duration, file, flag, formatted, list, name, text } from './parts.ts';

export const ServiceSchema = Type.Object(
  {
    address: Type.Optional(formatted('address', 'host:port; this or addresses.', { examples: ['order-v1:8080'] })),
    addresses: Type.Optional(
      list(formatted('address', 'host:port'), 'Several endpoints of the same service.', { minItems: 1 }),
    ),
    cluster: Type.Optional(
      text(
        'Name of the cluster that serves its users, in an Envoy that has its own; receivers of copies need an address, too.',
        {
          minLength: 1,
          maxLength: 256,
          examples: ['orders_v1'],
        },
      ),
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
                formatted('server-name', 'Name sent and verified; default: the first DNS address.'),
              ),
              caFile: Type.Optional(file("PEM file of trusted roots, read by Envoy; default: the system's.")),
              caSecret: Type.Optional(name('In place of caFile: a folder of --secrets that has ca.crt.')),
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
    guardProbe: Type.Optional(
      Type.Object(
        {
          address: Type.Optional(
            formatted(
              'address',
              'host:port where the control plane reaches it; default: the addresses of the service.',
            ),
          ),
          path: Type.Optional(
            formatted('request-path', 'Where the guard answers.', { default: DEFAULTS.guardProbePath }),
          ),
          interval: duration('Between two questions.', DEFAULTS.guardProbeIntervalMs),
          timeout: duration('For one answer.', DEFAULTS.guardProbeTimeoutMs),
        },
        { ...closed, description: 'How the proof of the shadow guard is asked for, with sideEffects: guarded.' },
      ),
    ),
  },
  { ...closed, description: 'A service that receives requests or copies.' },
);

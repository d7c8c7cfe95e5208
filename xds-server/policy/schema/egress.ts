import Type from 'typebox';
import { closed, formatted, list } from './parts.ts';

const RuleSchema = Type.Object(
  {
    host: formatted('egress-host', 'A host name or IP address, no wildcard.', { examples: ['catalogue.internal'] }),
    port: Type.Integer({ description: 'Port.', minimum: 1, maximum: 65_535 }),
    tls: Type.Optional(
      Type.Boolean({ description: 'TLS to that host, by CONNECT, and nothing else; default: with port 443.' }),
    ),
    methods: Type.Optional(
      list(formatted('method', 'Method.'), 'Only these, without TLS; default: every method.', { minItems: 1 }),
    ),
  },
  closed,
);

export const EgressSchema = Type.Object(
  {
    listen: formatted('listen-address', 'Where the Envoy of the shadow listens as its proxy.', {
      examples: ['127.0.0.1:15001'],
    }),
    allow: list(RuleSchema, 'What the shadow may call; everything else is answered 403.'),
  },
  { ...closed, description: 'The way out for a shadow.' },
);

import type { FastifyPluginCallback } from 'fastify';
import Type from 'typebox';
import type { SecretStatus } from './secret-folder.ts';

/** What the API tells of a secret: nothing that is one. */
export interface SecretView extends SecretStatus {
  /** Places of the policy that name it. */
  readonly usedBy: readonly string[];
}

/** `GET /secrets` */
export function secretRoutes(list: () => readonly SecretView[]): FastifyPluginCallback {
  return (api, _, done) => {
    api.get('/secrets', () => ({ items: list() }));
    done();
  };
}

const time = (description: string) => Type.String({ format: 'date-time', description });
const Certificate = Type.Object({
  names: Type.String({
    description: 'What it is for; without such names its subject.',
    examples: ['DNS:shop.example'],
  }),
  notAfter: time('Until when.'),
  fingerprint: Type.String({ description: 'SHA-256, in hexadecimal.' }),
});

export const secretsOpenApi = {
  operations: {
    'GET /secrets': { summary: 'Secrets that Envoys are served: what may be told of them', answer: 'SecretList' },
  },
  schemas: {
    SecretList: Type.Object({
      items: Type.Array(
        Type.Object({
          name: Type.String(),
          certificate: Type.Union([Certificate, Type.Null()]),
          authorities: Type.Array(Certificate),
          loadedAt: Type.Union([time('Since when it is served as it is.'), Type.Null()]),
          problem: Type.Union([Type.String(), Type.Null()], {
            description: 'Why what its files hold now is not what is served.',
          }),
          usedBy: Type.Array(Type.String({ examples: ['listener.tls.secret'] })),
        }),
      ),
    }),
  },
};

/** Statuses, types and what is there at all. */
import { randomUUID } from 'node:crypto';
import type { Pair } from './pair.ts';

export const accounts: Pair = {
  name: 'accounts',
  endpoints: [
    {
      endpoint: 'GET /accounts/users/{id}',
      path: (index) => `/users/R-${1_000 + index}`,
      reply: (version, index) =>
        version === 'v2' && index % 5 === 0
          ? { status: 404, body: { error: 'no such user', trace: randomUUID() } }
          : { headers: { 'x-user': 'yes' }, body: { user: index, session: randomUUID() } },
      known: [{ kind: 'status', path: ':status' }],
      innocent: 'that the error has other fields than the user; a session',
    },
    {
      endpoint: 'GET /accounts/balances/{id}',
      path: (index) => `/balances/${1_000 + index}`,
      reply: (version, index) =>
        version === 'v2' && index % 8 === 0
          ? { status: 503, body: 'try later', type: 'text/plain' }
          : { body: { cents: index } },
      known: [{ kind: 'status', path: ':status' }],
    },
    {
      endpoint: 'GET /accounts/moved/{id}',
      path: (index) => `/moved/${1_000 + index}`,
      reply: (version) => ({ status: 302, headers: { location: version === 'v1' ? '/accounts/home' : '/home' } }),
      known: [{ kind: 'value', path: 'header:location' }],
    },
    {
      endpoint: 'GET /accounts/profiles/{id}',
      path: (index) => `/profiles/${1_000 + index}`,
      reply: (version, index) => ({
        body:
          version === 'v1'
            ? { age: 30 + (index % 9), note: null, address: { city: 'Ulm', zip: '89073' }, active: index % 2 === 0 }
            : { age: `${30 + (index % 9)}`, address: { city: 'Ulm' }, active: true, internal: { shard: 3 } },
      }),
      known: [
        { kind: 'type', path: '/age' },
        { kind: 'missing', path: '/note' },
        { kind: 'missing', path: '/address/zip' },
        { kind: 'value', path: '/active', alone: 'seen' },
        { kind: 'extra', path: '/internal' },
      ],
    },
  ],
};

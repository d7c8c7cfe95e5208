/** Bodies that are no JSON, or not quite, and headers. */
import { createHash } from 'node:crypto';
import type { Pair } from './pair.ts';

const image = (seed: string) => createHash('sha512').update(seed).digest();

export const documents: Pair = {
  name: 'documents',
  endpoints: [
    {
      endpoint: 'GET /documents/reports/{id}',
      path: (index) => `/reports/${1_000 + index}`,
      reply: (version, index) => ({
        type: 'text/csv',
        body: `sku,amount\na-${index},1\nb-${index},${version === 'v1' ? '2.50' : '2,50'}\n`,
      }),
      known: [{ kind: 'value', path: ':body/*', alone: 'noise' }],
    },
    {
      endpoint: 'GET /documents/images/{id}',
      path: (index) => `/images/${1_000 + index}`,
      reply: (version, index) => ({ type: 'image/png', body: image(version === 'v1' ? `${index}` : `${index}!`) }),
      known: [{ kind: 'value', path: ':body', alone: 'noise' }],
    },
    {
      endpoint: 'GET /documents/pages/{id}',
      path: (index) => `/pages/${1_000 + index}`,
      reply: (_, index) => ({
        type: 'text/html',
        headers: { 'set-cookie': 'theme=dark', 'cache-control': 'no-store, private' },
        body: `<p>${index}</p>`,
      }),
      known: [],
      innocent: 'the date that each service writes into its answers',
    },
    {
      endpoint: 'GET /documents/invalid/{id}',
      path: (index) => `/invalid/${1_000 + index}`,
      reply: (version, index) => ({
        body: version === 'v1' ? `{"index":${index},"ok":true}` : `{"index":${index},"ok":`,
      }),
      known: [{ kind: 'type', path: ':body' }],
    },
    {
      endpoint: 'GET /documents/headers/{id}',
      path: (index) => `/headers/${1_000 + index}`,
      reply: (version) => ({
        headers: {
          server: `shop/${version}`,
          'x-powered-by': version,
          ...(version === 'v1'
            ? { 'strict-transport-security': 'max-age=63072000', 'cache-control': 'no-store, private' }
            : { 'x-debug': 'on', 'cache-control': 'private,No-Store' }),
        },
        body: { ok: true },
      }),
      known: [
        { kind: 'missing', path: 'header:strict-transport-security' },
        { kind: 'extra', path: 'header:x-debug' },
      ],
      innocent: 'the name of the software, the order and case of cache-control',
    },
  ],
};

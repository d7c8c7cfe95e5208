/** The same answers, packed in other ways; and one other answer, told through the packing. */
import { randomUUID } from 'node:crypto';
import type { Pair } from './pair.ts';

const order = (index: number, total: number) => ({ order: index, total, lines: Array(20).fill('a line of the order') });

export const packing: Pair = {
  name: 'packing',
  endpoints: [
    {
      endpoint: 'GET /packing/gzip/{id}',
      path: (index) => `/gzip/${1_000 + index}`,
      reply: (version, index) => ({
        gzip: version === 'v1',
        headers: version === 'v1' ? { vary: 'Accept-Encoding', etag: 'W/"7-gzip"' } : { etag: '"7"' },
        body: order(index, 5),
      }),
      known: [],
      innocent: 'gzip against plain, with what a compressing server does to vary and etag',
    },
    {
      endpoint: 'GET /packing/gzip-total/{id}',
      path: (index) => `/gzip-total/${1_000 + index}`,
      reply: (version, index) => ({ gzip: version === 'v2', body: order(index, version === 'v1' ? 5 : 6) }),
      known: [{ kind: 'value', path: '/total' }],
    },
    {
      endpoint: 'GET /packing/chunked/{id}',
      path: (index) => `/chunked/${1_000 + index}`,
      reply: (version, index) => ({
        chunked: version === 'v2',
        type: version === 'v1' ? 'application/json' : 'application/json; charset=utf-8',
        headers: { 'x-request-id': randomUUID() },
        body: order(index, 5),
      }),
      known: [],
      innocent: 'chunked against content-length, a charset that JSON has anyway, a request id',
    },
    {
      endpoint: 'GET /packing/nothing/{id}',
      path: (index) => `/nothing/${1_000 + index}`,
      reply: () => ({ status: 204, headers: { 'x-checked': 'yes' } }),
      known: [],
    },
    {
      endpoint: 'GET /packing/nothing-more/{id}',
      path: (index) => `/nothing-more/${1_000 + index}`,
      reply: (version, index) => (version === 'v1' ? { body: order(index, 5) } : { status: 204 }),
      known: [{ kind: 'status', path: ':status' }],
    },
    {
      endpoint: 'GET /packing/empty/{id}',
      path: (index) => `/empty/${1_000 + index}`,
      reply: (version, index) => ({ body: version === 'v1' ? order(index, 5) : '' }),
      known: [{ kind: 'missing', path: ':body' }],
    },
  ],
};

/** Numbers, money and the order of things. */
import { randomInt, randomUUID } from 'node:crypto';
import { clock, type Pair } from './pair.ts';

export const prices: Pair = {
  name: 'prices',
  endpoints: [
    {
      endpoint: 'GET /prices/items/{id}',
      path: (index) => `/items/${1_000 + index}`,
      reply: (version, index) => {
        const price = `${10 + (index % 7)}.9900`;
        const item = {
          id: 1_000 + index,
          price: version === 'v1' ? price : price.replace(/0$/, '1'),
          rate: version === 'v1' ? '1.0' : '1',
          updatedAt: JSON.stringify(clock(index).toISOString()),
          traceId: JSON.stringify(randomUUID()),
          views: randomInt(1e9),
        };
        const keys = Object.entries(item);
        const ordered = version === 'v1' ? keys : keys.reverse();
        return { body: `{${ordered.map(([key, value]) => `"${key}":${value}`).join(',')}}` };
      },
      known: [{ kind: 'value', path: '/price' }],
      innocent: 'a time, an id and a random number, 1.0 against 1, the order of keys',
    },
    {
      endpoint: 'GET /prices/lists/{id}',
      path: (index) => `/lists/${1_000 + index}`,
      reply: (version, index) => {
        const tags = ['new', 'sale', `season-${index % 4}`];
        const items = ['a', 'b', 'c'].map((name, at) => ({ sku: `${name}-${index}`, amount: at + 1 }));
        if (version === 'v2') {
          tags.reverse();
          items.reverse();
        }
        return { body: { tags, items, at: clock(index).getTime() } };
      },
      known: [
        { kind: 'order', path: '/tags', alone: 'noise' },
        { kind: 'order', path: '/items', alone: 'noise' },
      ],
      innocent: 'a time in milliseconds',
    },
    {
      endpoint: 'GET /prices/serials/{id}',
      path: (index) => `/serials/${1_000 + index}`,
      reply: (version, index) => ({
        body: `{"serial":${version === 'v1' ? '9007199254740993' : '9007199254740992'},"of":${index},"sum":1e2}`,
      }),
      known: [{ kind: 'value', path: '/serial' }],
    },
    {
      endpoint: 'GET /prices/baskets/{id}',
      path: (index) => `/baskets/${1_000 + index}`,
      reply: (version, index) => {
        const lines = ['tea', 'jam', 'oil'].map((name, at) => ({ name, cents: 100 * (at + 1) + index }));
        if (version === 'v2') lines[1]!.cents += 1;
        return { body: { lines: version === 'v2' && index % 3 === 0 ? lines.slice(0, 2) : lines } };
      },
      known: [
        { kind: 'value', path: '/lines/*/cents', alone: 'noise' },
        { kind: 'missing', path: '/lines/*' },
        { kind: 'length', path: '/lines', alone: 'seen' },
      ],
    },
  ],
};

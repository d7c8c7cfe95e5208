import { beforeAll, expect, test } from 'vitest';
import type { SimulatedHost } from './simulated-host/index.ts';
import { decide, loadFilter, mirror, primary, startFilter } from './testing.ts';

let host: SimulatedHost;
beforeAll(async () => {
  host = await loadFilter();
});

const deep = (levels: number): unknown => (levels === 0 ? { header: 'a', present: true } : { not: deep(levels - 1) });
const when = (condition: unknown) => primary(mirror({ segments: [{ name: 's', when: condition as never }] }));
const cases: Array<[configuration: unknown, problem: string]> = [
  ['', 'it is empty'],
  ['{', 'it is not JSON: a key is expected at byte 1'],
  ['{} x', 'it is not JSON: something follows the document at byte 3'],
  ['{"role": "primary", "role": "shadow"}', 'it is not JSON: the key role stands twice at byte 26'],
  ['{"role": "prim\\u00gary"}', 'it is not JSON: an escape is not valid'],
  ['{"role": 01}', 'it is not JSON: a number must not start with 0 at byte 9'],
  ['['.repeat(100_000), 'it is not JSON: nested deeper than 64 levels at byte 65'],
  [JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, 0]))), 'more than 100 keys'],
  [{ role: 'shadow', mirrors: Array(1001).fill({}) }, 'mirrors: there are more than 1000'],
  ['"primary"', 'role: is missing'],
  [{}, 'role: is missing'],
  [{ role: 'both' }, 'role: must be primary or shadow'],
  [{ role: 7 }, 'role: must be a string, not a number'],
  [{ role: 'primary' }, 'mirrors: is missing'],
  [{ role: 'primary', mirrors: {} }, 'mirrors: must be a list, not an object'],
  [{ role: 'primary', mirrors: [], rate: 1 }, 'rate: is not known here; known are role, mirrors'],
  [primary(mirror({ name: 'Orders' })), 'mirrors[0].name: must be lower case letters'],
  [primary(mirror({ name: 'a-' })), 'mirrors[0].name: must be lower case letters'],
  [primary(mirror(), mirror()), 'mirrors[1].name: orders is the name of an earlier one'],
  [primary({ ...mirror(), segmnts: [] } as never), 'mirrors[0].segmnts: is not known here; known are name, hosts'],
  [primary(mirror({ path: 'api' })), 'mirrors[0].path: must start with /'],
  [primary(mirror({ path: '/api/' })), 'mirrors[0].path: must not end with /'],
  [primary(mirror({ path: '/api?x' })), 'mirrors[0].path: must not contain ? or #'],
  [primary(mirror({ hosts: ['a.*'] })), 'mirrors[0].hosts[0]: may only start with *. and a name'],
  [primary(mirror({ hosts: ['a', '*.'] })), 'mirrors[0].hosts[1]: may only start with *. and a name'],
  [primary(mirror({ methods: ['GET', 1 as never] })), 'mirrors[0].methods[1]: must be a string, not a number'],
  [primary(mirror({ maxBodyBytes: -1 })), 'mirrors[0].maxBodyBytes: must be a whole number from 0 to 9007199254740991'],
  [primary(mirror({ maxBodyBytes: 1.5 })), 'mirrors[0].maxBodyBytes: must be a whole number'],
  [primary(mirror({ maxBodyBytes: 1e300 })), 'mirrors[0].maxBodyBytes: must be a whole number'],
  [primary(mirror({ budget: 5 as never })), 'mirrors[0].budget: must be an object, not a number'],
  [primary(mirror({ budget: {} })), 'mirrors[0].budget: needs copiesPerSecond or bytesPerSecond'],
  [
    primary(mirror({ budget: { copies: 1 } as never })),
    'mirrors[0].budget.copies: is not known here; known are copies',
  ],
  [primary(mirror({ budget: { copiesPerSecond: 0 } })), 'mirrors[0].budget.copiesPerSecond: must be at least 1'],
  [primary(mirror({ budget: { copiesPerSecond: 0.5 } })), 'mirrors[0].budget.copiesPerSecond: must be a whole number'],
  [
    primary(mirror({ budget: { bytesPerSecond: '1' as never } })),
    'budget.bytesPerSecond: must be a number, not a string',
  ],
  [{ role: 'shadow', mirrors: [{ name: 'a', maxBodyBytes: 1, countsBytes: 1 }] }, 'countsBytes: must be true or false'],
  [when({ header: 'a' }), 'mirrors[0].segments[0].when: needs one of equals, prefix'],
  [when({ equals: 'a' }), 'mirrors[0].segments[0].when: needs one of header, cookie'],
  [when({ header: 'a', cookie: 'b', equals: 'c' }), 'when: has both header and cookie'],
  [when({ header: 'a', equals: 'b', prefix: 'c' }), 'when: has both equals and prefix'],
  [when({ header: 'a', equals: true }), 'when.equals: must be a string, not a boolean'],
  [when({ header: 'a', prefix: '' }), 'when.prefix: must not be empty'],
  [when({ header: 'a b', equals: 'c' }), 'when.header: is not a header name'],
  [when({ header: 'a', oneOf: [] }), 'when.oneOf: must not be empty'],
  [when({ header: 'a', oneOf: ['x', null] }), 'when.oneOf[1]: must be a string, not null'],
  [when({ header: 'a', present: 'yes' }), 'when.present: must be true or false, not a string'],
  [when({ header: 'a', contains: 'x'.repeat(257) }), 'when.contains: must not be longer than 256 bytes'],
  [when({ path: false, equals: 'c' }), 'when.path: must be true'],
  [when({ any: [] }), 'when.any: must not be empty'],
  [when({ any: [{ header: 'a', present: true }], not: {} }), 'when: has both any and not'],
  [when({ not: { header: 'a', present: true }, header: 'b' }), 'when: not stands alone'],
  [when({ all: [{ header: 'a', present: true }, { heder: 'b' }] }), 'when.all[1].heder: is not known here'],
  [when(deep(16)), 'conditions are nested deeper than 16 levels'],
  [when({ cel: 'x' }), 'when.cel: is not a CEL expression that Envoy can use; its log says why'],
  [primary(mirror({ segments: [{ name: 'a' } as never] })), 'mirrors[0].segments[0].when: is missing'],
  [primary(mirror({ sample: { sharePerMillion: 1 } })), 'sample.sharePerMillion: is only for a mirror with sticky'],
  [primary(mirror({ sticky: { cookie: 'u' } })), 'mirrors[0].sample.sharePerMillion: is missing'],
  [primary(mirror({ sticky: { cookie: 'u', equals: 'x' } as never })), 'mirrors[0].sticky.equals: is not known here'],
  [
    primary(mirror({ sticky: { cookie: 'u' }, sample: { sharePerMillion: 1_000_001 } })),
    'sample.sharePerMillion: must be a whole number from 0 to 1000000',
  ],
  [{ role: 'shadow', mirrors: [{ name: 'a' }] }, 'mirrors[0].maxBodyBytes: is missing'],
  [{ role: 'shadow', mirrors: [{ name: 'a', maxBodyBytes: 1, path: '/' }] }, 'mirrors[0].path: is not known here'],
];

test.each(cases.map(([configuration, problem]) => ({ configuration, problem })))(
  'refused: $problem',
  ({ configuration, problem }) => {
    host.logs.length = 0;
    const text = typeof configuration === 'string' ? configuration : JSON.stringify(configuration);
    expect(host.startPlugin(text).accepted).toBe(false);
    const [message, ...rest] = host.messages('error');
    expect(rest).toEqual([]);
    expect(message).toContain('shadowplane: this configuration cannot be used: ');
    expect(message).toContain(problem);
  },
);

test('the deepest condition that is allowed works', async () => {
  expect(decide(await startFilter(when(deep(14))), { a: '1' })).toBe('orders/segment/s');
});

test('all of JSON is read: escapes, pairs of surrogates, space', async () => {
  const text = String.raw` { "role" : "primary", "mirrors":[{"name":"orders","path":"\/api\/orders","methods":["GET"],
    "maxBodyBytes":1024,"segments":[{"name":"s","when":{"header":"a","equals":"\u00fc\ud83d\ude00\t\"\\ü"}}]}]}
  `;
  const filter = { host, plugin: host.startPlugin(text) };
  expect(filter.plugin.accepted).toBe(true);
  expect(decide(filter, { a: 'ü😀\t"\\ü' })).toBe('orders/segment/s');
});

test('a refused configuration leaves requests alone', () => {
  const plugin = host.startPlugin('{}');
  expect(decide({ host, plugin })).toBeUndefined();
});

test('several configurations live side by side in one VM', async () => {
  const orders = host.startPlugin(JSON.stringify(primary(mirror())));
  const carts = host.startPlugin(JSON.stringify(primary(mirror({ name: 'carts', path: '/carts' }))));
  const stream = orders.stream();
  expect(decide({ host, plugin: carts }, { ':path': '/carts/1' })).toBe('carts/sample');
  expect(decide({ host, plugin: orders }, { ':path': '/carts/1' })).toBeUndefined();
  orders.stop();
  expect(stream.requestHeaders([])).toBe(0);
  stream.end();
  expect(decide({ host, plugin: carts }, { ':path': '/carts/1' })).toBe('carts/sample');
});

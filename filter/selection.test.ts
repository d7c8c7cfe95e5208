import { beforeAll, describe, expect, test } from 'vitest';
import type { Condition } from '../xds-server/policy/model.ts';
import { stubCel } from './simulated-host/index.ts';
import { decide, decisionOf, headers, mirror, primary, type RunningFilter, startFilter } from './testing.ts';

const IN = 'orders/segment/it';

/** Whether a request is in a segment with this condition. */
async function matches(when: Condition, fields: Record<string, string>): Promise<boolean> {
  const filter = await startFilter(primary(mirror({ segments: [{ name: 'it', when }], sample: {} })));
  const decision = decide(filter, fields);
  expect(decision).toBeDefined();
  return decision === IN;
}

describe('tests on a header', () => {
  const cases: Array<[string, Condition, string | undefined, boolean]> = [
    ['equals', { header: 'x-a', equals: 'one' }, 'one', true],
    ['equals, case matters', { header: 'x-a', equals: 'one' }, 'One', false],
    ['equals, longer', { header: 'x-a', equals: 'one' }, 'one2', false],
    ['equals, missing', { header: 'x-a', equals: 'one' }, undefined, false],
    ['equals the empty value', { header: 'x-a', equals: '' }, '', true],
    ['equals empty, missing', { header: 'x-a', equals: '' }, undefined, false],
    ['prefix', { header: 'x-a', prefix: 'eu-' }, 'eu-west', true],
    ['prefix alone', { header: 'x-a', prefix: 'eu-' }, 'eu-', true],
    ['prefix, shorter value', { header: 'x-a', prefix: 'eu-' }, 'eu', false],
    ['suffix', { header: 'x-a', suffix: '-west' }, 'eu-west', true],
    ['suffix, other end', { header: 'x-a', suffix: '-west' }, '-west-eu', false],
    ['suffix, shorter value', { header: 'x-a', suffix: '-west' }, 'west', false],
    ['contains', { header: 'x-a', contains: 'aab' }, 'aaab', true],
    ['contains at the end', { header: 'x-a', contains: 'ab' }, 'xxab', true],
    ['contains, cut off', { header: 'x-a', contains: 'abc' }, 'xxab', false],
    ['oneOf, first', { header: 'x-a', oneOf: ['a', 'b', 'c'] }, 'a', true],
    ['oneOf, last', { header: 'x-a', oneOf: ['a', 'b', 'c'] }, 'c', true],
    ['oneOf, none', { header: 'x-a', oneOf: ['a', 'b', 'c'] }, 'd', false],
    ['oneOf, missing', { header: 'x-a', oneOf: ['a', ''] }, undefined, false],
    ['oneOf of many', { header: 'x-a', oneOf: Array.from({ length: 3000 }, (_, i) => `user-${i}`) }, 'user-2999', true],
    [
      'oneOf of many, none',
      { header: 'x-a', oneOf: Array.from({ length: 3000 }, (_, i) => `user-${i}`) },
      'user-',
      false,
    ],
    ['present', { header: 'x-a', present: true }, '', true],
    ['present, missing', { header: 'x-a', present: true }, undefined, false],
    ['absent', { header: 'x-a', present: false }, undefined, true],
    ['absent, but there', { header: 'x-a', present: false }, '', false],
    ['names in any case', { header: 'X-A', equals: 'one' }, 'one', true],
    ['text beyond ASCII', { header: 'x-a', contains: 'ünf' }, 'fünf', true],
  ];
  test.each(cases)('%s', async (_name, when, value, expected) => {
    expect(await matches(when, value === undefined ? {} : { 'x-a': value })).toBe(expected);
  });

  test('the first of a repeated header counts', async () => {
    const filter = await startFilter(
      primary(mirror({ segments: [{ name: 'it', when: { header: 'x-a', equals: 'one' } }] })),
    );
    const stream = filter.plugin.request([...headers(), ['x-a', 'one'], ['x-a', 'two']]);
    expect(decisionOf(stream.filterState)).toBe(IN);
  });
});

describe('tests on a cookie', () => {
  const when: Condition = { cookie: 'plan', equals: 'beta' };
  const cases: Array<[string, string, boolean]> = [
    ['alone', 'plan=beta', true],
    ['among others', 'a=b; plan=beta; c=d', true],
    ['no space between', 'a=b;plan=beta;c=d', true],
    ['in double quotes', 'plan="beta"', true],
    ['the first one counts', 'plan=gold; plan=beta', false],
    ['another name that ends so', 'subplan=beta', false],
    ['another name that starts so', 'planx=beta', false],
    ['case matters', 'Plan=beta', false],
    ['a value with an equals sign', 'plan=beta=2', false],
    ['no value', 'plan', false],
    ['nothing but separators', ';;; ;', false],
  ];
  test.each(cases)('%s', async (_name, cookie, expected) => {
    expect(await matches(when, { cookie })).toBe(expected);
  });

  test('an empty cookie is present', async () => {
    expect(await matches({ cookie: 'plan', present: true }, { cookie: 'a=b; plan=' })).toBe(true);
  });
});

describe('tests on a query parameter', () => {
  const when: Condition = { query: 'coupon code', equals: 'A&B+1' };
  const cases: Array<[string, string, boolean]> = [
    ['decoded', '?coupon%20code=A%26B%2b1', true],
    ['with plus for a space in the name', '?coupon+code=A%26B%2B1', true],
    ['plus in the value is a space', '?coupon+code=A%26B+1', false],
    ['among others', '?a=b&coupon+code=A%26B%2B1&c=d', true],
    ['the first one counts', '?coupon+code=&coupon+code=A%26B%2B1', false],
    ['another name', '?coupon+codes=A%26B%2B1', false],
    ['behind a fragment', '#?coupon+code=A%26B%2B1', false],
  ];
  test.each(cases)('%s', async (_name, query, expected) => {
    expect(await matches(when, { ':path': `/api/orders${query}` })).toBe(expected);
  });

  test('a percent sign without two digits stands for itself', async () => {
    expect(await matches({ query: 'q', equals: '100%' }, { ':path': '/api/orders?q=100%' })).toBe(true);
    expect(await matches({ query: 'q', equals: '%zz%4' }, { ':path': '/api/orders?q=%zz%4' })).toBe(true);
  });

  test('a parameter without a value is present and empty', async () => {
    expect(await matches({ query: 'debug', equals: '' }, { ':path': '/api/orders?a=1&debug' })).toBe(true);
    expect(await matches({ query: 'debug', present: true }, { ':path': '/api/orders?debugging' })).toBe(false);
  });
});

test('path is without the query, method as sent', async () => {
  expect(await matches({ path: true, suffix: '/items' }, { ':path': '/api/orders/7/items?x=/y' })).toBe(true);
  expect(await matches({ method: true, equals: 'HEAD' }, { ':method': 'HEAD' })).toBe(true);
  expect(await matches({ method: true, oneOf: ['HEAD', 'OPTIONS'] }, { ':method': 'GET' })).toBe(false);
});

test('any, all and not combine', async () => {
  const a: Condition = { header: 'a', equals: '1' };
  const b: Condition = { header: 'b', equals: '1' };
  const both = { a: '1', b: '1' };
  expect(await matches({ any: [a, b] }, { b: '1' })).toBe(true);
  expect(await matches({ any: [a, b] }, {})).toBe(false);
  expect(await matches({ all: [a, b] }, both)).toBe(true);
  expect(await matches({ all: [a, b] }, { a: '1' })).toBe(false);
  expect(await matches({ not: a }, {})).toBe(true);
  expect(await matches({ not: { not: { all: [a, { any: [{ not: b }, b] }] } } }, both)).toBe(true);
});

describe('cel', () => {
  const cel = stubCel({
    yes: () => true,
    big: (stream) => {
      const items = stream.headerMaps.get('requestHeaders')?.get('x-items');
      return items === undefined ? undefined : Number(items.toString()) > 2;
    },
  });
  const config = primary(mirror({ segments: [{ name: 'it', when: { not: { not: { cel: 'big' } } } }] }));

  test('decides by the value; an evaluation error is no match', async () => {
    const filter = await startFilter(config, { foreignFunctions: cel.functions });
    expect(decide(filter, { 'x-items': '3' })).toBe(IN);
    expect(decide(filter, { 'x-items': '2' })).toBe('orders/sample');
    expect(decide(filter)).toBe('orders/sample');
    filter.plugin.stop();
  });

  test('expressions of a stopped or refused configuration are given back', async () => {
    const filter = await startFilter(config, { foreignFunctions: cel.functions });
    expect([...cel.live.values()]).toEqual(['big']);
    const broken = primary(mirror({ segments: [{ name: 'a', when: { cel: 'yes' } }], path: 'no-slash' }));
    expect(filter.host.startPlugin(JSON.stringify(broken)).accepted).toBe(false);
    filter.plugin.stop();
    expect(cel.live.size).toBe(0);
  });

  test('an expression that Envoy refuses refuses the configuration', async () => {
    const start = startFilter(primary(mirror({ segments: [{ name: 'a', when: { cel: 'what?' } }] })), {
      foreignFunctions: cel.functions,
    });
    await expect(start).rejects.toThrow('mirrors[0].segments[0].when.cel: is not a CEL expression');
  });
});

describe('which mirror and which segment', () => {
  let filter: RunningFilter;
  beforeAll(async () => {
    filter = await startFilter(
      primary(
        mirror({ name: 'refunds', path: '/api/orders/refunds', segments: [], sample: {} }),
        mirror({
          name: 'orders',
          segments: [
            { name: 'employees', when: { header: 'x-user-group', equals: 'employees' } },
            { name: 'beta', when: { cookie: 'plan', equals: 'beta' } },
          ],
        }),
        mirror({ name: 'hosts', path: '/', hosts: ['shop.example', '*.eu.shop.example', '[::1]'] }),
        mirror({ name: 'quiet', path: '/quiet', segments: [{ name: 'x', when: { header: 'x', present: true } }] }),
      ),
    );
  });

  test('the first segment that matches decides, else the sample', () => {
    expect(decide(filter, { 'x-user-group': 'employees', cookie: 'plan=beta' })).toBe('orders/segment/employees');
    expect(decide(filter, { cookie: 'plan=beta' })).toBe('orders/segment/beta');
    expect(decide(filter)).toBe('orders/sample');
  });

  test.each([
    ['/api/orders', 'orders/sample'],
    ['/api/orders/', 'orders/sample'],
    ['/api/orders/7', 'orders/sample'],
    ['/api/orders?x=1', 'orders/sample'],
    ['/api/orders#f', 'orders/sample'],
    ['/api/ordersX', undefined],
    ['/api/order', undefined],
    ['/API/orders', undefined],
    ['/api/orders/refunds', 'refunds/sample'],
    ['/api/orders/refunds/9', 'refunds/sample'],
    ['/api/orders/refundsX', 'orders/sample'],
    ['*', undefined],
    ['', undefined],
  ])('path %j', (path, expected) => {
    expect(decide(filter, { ':path': path })).toBe(expected);
  });

  test.each([
    ['shop.example', true],
    ['SHOP.example:8443', true],
    ['x.shop.example', false],
    ['a.b.EU.shop.example:80', true],
    ['eu.shop.example', false],
    ['shop.example.evil', false],
    ['[::1]', true],
    ['[::1]:80', true],
    ['', false],
    [':80', false],
  ])('host %j', (authority, expected) => {
    const decision = decide(filter, { ':authority': authority, ':path': '/x' });
    expect(decision).toBe(expected ? 'hosts/sample' : undefined);
  });
});

test('texts of every length are equal only when every byte is', async () => {
  const lengths = Array.from({ length: 40 }, (_, index) => index + 1);
  const textOf = (length: number) => 'abcdefghijklmnopqrstuvwxyz'.repeat(2).slice(0, length);
  const segments = lengths.map((length) => ({
    name: `s${length}`,
    when: { header: 'x-text', equals: textOf(length) },
  }));
  const filter = await startFilter(primary(mirror({ segments })));
  for (const length of lengths) {
    const text = textOf(length);
    expect(decide(filter, { 'x-text': text })).toBe(`orders/segment/s${length}`);
    for (let at = 0; at < length; at++) {
      expect(decide(filter, { 'x-text': `${text.slice(0, at)}-${text.slice(at + 1)}` })).toBe('orders/sample');
    }
  }
});

test('without a sample, requests in no segment get no decision and are counted', async () => {
  const { sample: _none, ...rest } = mirror({ segments: [{ name: 'x', when: { header: 'x', present: true } }] });
  const filter = await startFilter(primary(rest));
  expect(decide(filter)).toBeUndefined();
  expect(filter.host.metric('shadowplane.skipped.mirror.orders.cause.no_segment')).toBe(1);
});

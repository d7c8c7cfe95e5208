import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currentEndpoint, endpointOf, newEndpoints } from './endpoints.ts';
import { looksLikeId } from './looks-like-id.ts';
import { templatesOfOpenApi } from './open-api.ts';

test.each([
  '1',
  '8217',
  '-5',
  'A-100234',
  'R-5385',
  'A_100',
  'INV-2041',
  'ord_58239145',
  '550e8400-e29b-41d4-a716-446655440000',
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'c3ab8ff',
  '2026-03-01',
  '2026-03',
  '2026-03-01T10:20:30Z',
  'ada@example.org',
  'dGhpcyBpcyBhIHRva2Vu0wQx',
])('%s is an id', (text) => expect(looksLikeId(text)).toBe(true));

test.each([
  'orders',
  'v2',
  'api',
  'utf8',
  'oauth2',
  'address1',
  'iso8601',
  'SHA-256',
  'UTF-16',
  'A-4',
  'area-51',
  'top-1000',
  'facade',
  'defaced',
  'line items',
  '@',
  '',
  'x-y_z',
])('%j is a name', (text) => expect(looksLikeId(text)).toBe(false));

describe('given templates', () => {
  const endpoints = newEndpoints({
    templates: ['/api/orders/{id}', '/api/orders/recent', 'POST /api/{kind}/{id}', '/api/{kind}/all'],
  });
  test.each([
    ['GET', '/api/orders/abc?x=1', 'GET /api/orders/{id}'],
    ['get', '/api/orders/recent/', 'GET /api/orders/recent'],
    ['POST', '/api/carts/7', 'POST /api/{kind}/{id}'],
    ['GET', '/api/carts/all#top', 'GET /api/{kind}/all'],
    ['GET', '/api/carts/7', 'GET /api/carts/{id}'],
    ['GET', '//', 'GET /'],
  ])('%s %s is %s', (method, path, endpoint) => {
    expect(endpointOf(endpoints, method, path)).toEqual({ endpoint, renamed: false });
  });

  test('from OpenAPI, below the base path of each server', () => {
    const paths = { '/orders/{id}': { get: {}, parameters: [], delete: {} }, '/ping': { get: {} } };
    expect(templatesOfOpenApi({ servers: [{ url: 'https://example.org/api/' }, { url: '/api' }], paths })).toEqual([
      'GET /api/orders/{id}',
      'DELETE /api/orders/{id}',
      'GET /api/ping',
    ]);
    expect(templatesOfOpenApi({ basePath: '/v1', paths: { '/a': { put: {} } } })).toEqual(['PUT /v1/a']);
    const endpoints = newEndpoints({ templates: ['/api/ping'], openApi: { paths: { '/api/{name}': { get: {} } } } });
    expect(endpointOf(endpoints, 'GET', '/api/x').endpoint).toBe('GET /api/{name}');
    expect(endpointOf(endpoints, 'GET', '/api/ping').endpoint).toBe('GET /api/ping');
    expect(templatesOfOpenApi(null)).toEqual([]);
    expect(templatesOfOpenApi({ servers: 7, paths: { '/a': null, '/b': [] } })).toEqual([]);
  });
});

describe('learnt templates', () => {
  test('too many names at one place are values of a parameter; what was named before is renamed', () => {
    const endpoints = newEndpoints({ limits: { maxNames: 3, maxPlaces: 100, maxSegments: 8 } });
    const see = (path: string) => endpointOf(endpoints, 'GET', path);
    for (const name of ['ada', 'bob', 'cy'])
      expect(see(`/users/${name}/cart`).endpoint).toBe(`GET /users/${name}/cart`);
    expect(see('/users/ada')).toEqual({ endpoint: 'GET /users/ada', renamed: false });
    expect(see('/users/dan/cart')).toEqual({ endpoint: 'GET /users/{id}/cart', renamed: true });
    expect(see('/users/ada/orders')).toEqual({ endpoint: 'GET /users/{id}/orders', renamed: false });
    expect(currentEndpoint(endpoints, 'GET /users/bob/cart')).toBe('GET /users/{id}/cart');
    expect(currentEndpoint(endpoints, 'GET /elsewhere')).toBe('GET /elsewhere');
  });

  test('ids do not count as names', () => {
    const endpoints = newEndpoints({ limits: { maxNames: 2, maxPlaces: 100, maxSegments: 8 } });
    for (let id = 0; id < 50; id++) endpointOf(endpoints, 'GET', `/orders/${id}`);
    expect(endpointOf(endpoints, 'GET', '/orders/recent').endpoint).toBe('GET /orders/recent');
  });

  test('memory is bounded whatever is asked for', () => {
    const endpoints = newEndpoints({ limits: { maxNames: 5, maxPlaces: 40, maxSegments: 4 } });
    const names = new Set<string>();
    const letters = (value: number) => value.toString(36).replace(/\d/g, (digit) => 'klmnopqrst'[Number(digit)]!);
    for (let index = 0; index < 5000; index++) {
      const path = `/${letters(index % 7)}/${letters(index % 11)}/x/${letters(index)}/deeper`;
      names.add(endpointOf(endpoints, 'GET', path).endpoint);
      expect(endpoints.learned.places).toBeLessThanOrEqual(40);
    }
    expect(new Set([...names].map((name) => currentEndpoint(endpoints, name))).size).toBeLessThan(50);
    expect(endpointOf(endpoints, 'GET', `/${'a/'.repeat(10_000)}`).endpoint.length).toBeLessThan(100);
  });

  test('neither long names nor the queries of paths are kept', () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const endpoints = newEndpoints();
    collect();
    const { heapUsed } = process.memoryUsage();
    const names = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => `some-long-name-${letter}`);
    for (const [row, first] of names.entries()) {
      for (const [column, second] of names.entries()) {
        const tail = String.fromCharCode(97 + row, 97 + column).repeat(20_000);
        // As they come: one text each, made of bytes.
        endpointOf(endpoints, 'GET', Buffer.from(`/${first}/${second}?q=${tail}`).toString());
        endpointOf(endpoints, 'GET', Buffer.from(`/${first}/${second}/${tail}`).toString());
      }
    }
    collect();
    // Of 54 MB that were asked for.
    expect(process.memoryUsage().heapUsed - heapUsed).toBeLessThan(10_000_000);
    expect(endpointOf(endpoints, 'GET', `/${names[0]}/${'x'.repeat(101)}`).endpoint).toBe(`GET /${names[0]}/{id}`);
  });

  const paths = fc.array(
    fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '1', '2'), { maxLength: 4 })
      .map((names) => `/${names.join('/')}`),
    { maxLength: 60 },
  );
  const limits = { maxNames: 3, maxPlaces: 1_000_000, maxSegments: 10 };
  const learn = (list: readonly string[]) => {
    const endpoints = newEndpoints({ limits });
    const named = list.map((path) => endpointOf(endpoints, 'GET', path).endpoint);
    return { endpoints, named };
  };

  test('what has been learnt does not depend on the order, once all is seen', () => {
    fc.assert(
      fc.property(
        paths.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, other]) => {
          const [one, two] = [learn(list), learn(other)];
          for (const path of list) {
            expect(endpointOf(one.endpoints, 'GET', path)).toEqual(endpointOf(two.endpoints, 'GET', path));
          }
        },
      ),
    );
  });

  test('a renamed endpoint is the one that its path has now, and places are counted right', () => {
    fc.assert(
      fc.property(paths, (list) => {
        const { endpoints, named } = learn(list);
        list.forEach((path, index) => {
          expect(currentEndpoint(endpoints, named[index]!)).toBe(endpointOf(endpoints, 'GET', path).endpoint);
        });
        expect(endpoints.learned.places).toBe(countPlaces(endpoints.learned.root) - 1);
      }),
    );
  });

  type Tree = { readonly next: ReadonlyMap<string, Tree> };
  function countPlaces(place: Tree): number {
    return 1 + [...place.next.values()].reduce((sum, next) => sum + countPlaces(next), 0);
  }
});

import { describe, expect, it } from 'vitest';
import { encodeAny } from '../../protos/index.ts';
import { parsePolicy } from '../policy/index.ts';
import { buildEgress } from './egress.ts';
import { typed } from './envoy-json.ts';
import { RESOURCE_TYPES } from './resource-types.ts';
import { at, policyOf } from './testing.ts';

const built = (allow: string) =>
  buildEgress(policyOf(`egress: { b: { listen: "127.0.0.1:15001", allow: ${allow} } }`).egress[0]!);

/** Domains of each virtual host, and where its routes lead; BLOCKED: Envoy's own answer. */
function table(resources: ReturnType<typeof buildEgress>) {
  const hosts = at(resources.routes[0], 'virtual_hosts') as ReadonlyArray<Record<string, unknown>>;
  return hosts.map(({ domains, routes }) => [
    domains,
    (routes as readonly unknown[]).map(
      (route) => at(route, 'route', 'cluster') ?? at(route, 'direct_response', 'status'),
    ),
  ]);
}

describe('the way out of a shadow', () => {
  it('leads to what is listed and answers 403 to everything else', () => {
    const resources = built(
      '[{ host: Shop.Example, port: 80 }, { host: api.example, port: 443 }, { host: "::1", port: 81 }]',
    );
    expect(table(resources)).toEqual([
      [
        ['shop.example:80', 'shop.example'],
        ['egress/b/shop/example/80', 403, 403],
      ],
      [['api.example:443'], ['egress/b/api/example/443/tunnel', 403, 403]],
      [['[::1]:81'], ['egress/b///1/81', 403, 403]],
      [['*'], [403, 403]],
    ]);
  });

  it('blocks everything where nothing is listed', () => {
    expect(table(built('[]'))).toEqual([[['*'], [403, 403]]]);
  });

  it('lets through only the listed methods', () => {
    const route = at(
      built('[{ host: a.example, port: 8080, methods: [get, HEAD] }]').routes[0],
      'virtual_hosts',
      0,
      'routes',
      0,
    );
    expect(at(route, 'match', 'headers', 0, 'string_match', 'safe_regex', 'regex')).toBe('GET|HEAD');
  });

  it('takes the signs of a method as they stand', () => {
    const regexOf = (method: string) =>
      at(
        built(`[{ host: a.example, port: 8080, methods: ["${method}"] }]`).routes[0],
        ...['virtual_hosts', 0, 'routes', 0, 'match', 'headers', 0, 'string_match', 'safe_regex', 'regex'],
      );
    expect(['M-SEARCH', 'X.Y', 'A|B', 'C+', '^D$'].map(regexOf)).toEqual([
      'M-SEARCH',
      'X\\.Y',
      'A\\|B',
      'C\\+',
      '\\^D\\$',
    ]);
  });

  it('looks into a tunnel for TLS with the listed name', () => {
    const chainOf = (rule: string) => at(built(`[${rule}]`).listeners[1], 'filter_chains', 0, 'filter_chain_match');
    expect(chainOf('{ host: api.example, port: 443 }')).toEqual({
      transport_protocol: 'tls',
      server_names: ['api.example'],
    });
    expect(chainOf('{ host: 10.0.0.1, port: 8443, tls: true }')).toEqual({ transport_protocol: 'tls' });
    expect(built('[{ host: api.example, port: 443, tls: false }]').listeners).toHaveLength(1);
  });

  it('writes only what Envoy 1.40 knows', () => {
    const { listeners, routes, clusters } = built(
      '[{ host: a.example, port: 80, methods: [GET] }, { host: b.example, port: 443 }]',
    );
    for (const [kind, resources] of Object.entries({ listeners, routes, clusters })) {
      for (const resource of resources) {
        expect(() => encodeAny(typed(RESOURCE_TYPES[kind as 'listeners'], resource))).not.toThrow();
      }
    }
  });

  it.each([
    ['{ host: "*.example", port: 443 }', 'every host is listed by its whole name'],
    ['{ host: "http://a", port: 80 }', 'is not a host name'],
    ['{ host: a, port: 443, methods: [GET] }', 'nobody sees methods inside of TLS'],
    ['{ host: a, port: 80, methods: ["*"] }', 'without methods, every method passes'],
    ['{ host: a, port: 80, methods: [".*"] }', 'without methods, every method passes'],
    ['{ host: a, port: 0 }', 'must be between 1 and 65535'],
    ['{ host: a, port: 80 }, { host: A, port: 80 }', 'stands here twice'],
  ])('refuses %s', (rules, message) => {
    expect(() => built(`[${rules}]`)).toThrow(message);
  });

  it.each([
    ['127.0.0.1', 0],
    ['a.localhost', 0],
    ['[::1]', 0],
    ['127.example.com', 1],
    ['10.0.0.1', 1],
  ])('warns of a proxy that other machines reach: %s', (host, warnings) => {
    const { warnings: found } = parsePolicy({
      services: { b: { address: 'b:80' } },
      egress: { b: { listen: `${host}:15001`, allow: [] } },
    });
    expect(found).toHaveLength(warnings);
  });

  it('belongs to a service that there is', () => {
    expect(() => policyOf('egress: { d: { listen: "127.0.0.1:1", allow: [] } }')).toThrow('there is no service "d"');
  });
});

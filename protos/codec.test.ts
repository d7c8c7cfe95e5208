import { describe, expect, it } from 'vitest';
import { ShadowplaneError } from '../errors/index.ts';
import {
  decodeAnyToJson,
  decodeMessageToJson,
  encodeAny,
  encodeMessage,
  messageExists,
  messageType,
  packed,
} from './index.ts';

const PREFIX = 'type.googleapis.com/';
const ROUTES = `${PREFIX}envoy.config.route.v3.RouteConfiguration`;

function problemsOf(encode: () => unknown): string[] {
  try {
    encode();
  } catch (error) {
    if (!(error instanceof ShadowplaneError)) throw error;
    expect(error.code).toBe('ENVOY_RESOURCE_INVALID');
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  throw new Error('nothing was refused');
}

describe('encodeAny', () => {
  const mirrorRoute = {
    '@type': ROUTES,
    name: 'shop',
    virtual_hosts: [
      {
        name: 'all',
        domains: ['*'],
        routes: [
          {
            match: {
              prefix: '/',
              filter_state: [{ key: 'wasm.x', string_match: { exact: 'orders' } }],
              runtime_fraction: { default_value: { denominator: 'MILLION' }, runtime_key: 'x' },
            },
            route: {
              cluster: 'v1',
              timeout: '1.500s',
              request_mirror_policies: [
                {
                  cluster: 'v2',
                  disable_shadow_host_suffix_append: true,
                  request_headers_mutations: [
                    {
                      append: { header: { key: 'x-copy', value: 'true' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
                    },
                    { remove_on_match: { key_matcher: { prefix: 'x-private-' } } },
                  ],
                },
                { cluster: 'v3', host_rewrite_literal: 'v3.internal' },
              ],
            },
          },
        ],
      },
    ],
  };

  it('writes what it reads back, fields that npm lacks included', () => {
    expect(decodeAnyToJson(encodeAny(mirrorRoute))).toEqual(mirrorRoute);
  });

  it('puts newer fields where Envoy reads them', () => {
    const fieldNumbers = (bytes: Uint8Array) => bytes[0]! >> 3;
    const policy = 'envoy.config.route.v3.RouteAction.RequestMirrorPolicy';
    expect(fieldNumbers(encodeMessage(policy, { request_headers_mutations: [{ remove: 'a' }] }))).toBe(7);
    expect(fieldNumbers(encodeMessage(policy, { host_rewrite_literal: 'a' }))).toBe(8);
    expect(encodeMessage('envoy.extensions.wasm.v3.PluginConfig', { failure_policy: 'FAIL_OPEN' })).toEqual(
      Buffer.of(7 << 3, 3),
    );
  });

  it('encodes an Any inside an Any inside an Any, also of types not loaded before', () => {
    const json = packed('envoy.config.core.v3.TypedExtensionConfig', {
      name: 'filter',
      typed_config: packed('envoy.extensions.filters.http.wasm.v3.Wasm', {
        config: {
          vm_config: { code: { local: { inline_bytes: 'AGFzbQ==' } } },
          configuration: { '@type': `${PREFIX}google.protobuf.StringValue`, value: '{"role":"primary"}' },
        },
      }),
    });
    expect(decodeAnyToJson(encodeAny(json))).toEqual(json);
    const lua = { '@type': `${PREFIX}envoy.extensions.filters.http.lua.v3.Lua`, inline_code: 'x = 1' };
    expect(decodeAnyToJson(encodeAny(lua))).toEqual(lua);
  });

  it('gives equal bytes for equal content in any order', () => {
    const runtime = (layer: object) => encodeMessage('envoy.service.runtime.v3.Runtime', { name: 'r', layer });
    const one = runtime({ b: { numerator: 1, denominator: 'MILLION' }, a: [{ y: 1, x: 2 }] });
    const other = runtime({ a: [{ x: 2, y: 1 }], b: { denominator: 'MILLION', numerator: 1 } });
    expect(one).toEqual(other);
    expect(one).not.toEqual(runtime({ b: { numerator: 2, denominator: 'MILLION' }, a: [{ y: 1, x: 2 }] }));

    const options = (map: object) =>
      encodeMessage('envoy.config.cluster.v3.Cluster', { typed_extension_protocol_options: map });
    const a = packed('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {});
    const b = { '@type': `${PREFIX}google.protobuf.Empty` };
    expect(options({ one: a, two: b })).toEqual(options({ two: b, one: a }));
  });

  it('accepts lowerCamelCase names and nulls, as ProtoJSON does', () => {
    const snake = encodeMessage('envoy.config.cluster.v3.Cluster', { name: 'a', connect_timeout: '1s' });
    expect(
      encodeMessage('envoy.config.cluster.v3.Cluster', { name: 'a', connectTimeout: '1s', alt_stat_name: null }),
    ).toEqual(snake);
  });
});

describe('what is wrong is named with its path', () => {
  const cluster = (json: object) => problemsOf(() => encodeMessage('envoy.config.cluster.v3.Cluster', json));

  it.each([
    [{ conect_timeout: '1s' }, 'conect_timeout: is no field of Cluster; did you mean connect_timeout?'],
    [{ zzzzzz: 1 }, 'zzzzzz: is no field of Cluster'],
    [{ type: 'STRICT_DSN' }, 'type: "STRICT_DSN" is no DiscoveryType; did you mean STRICT_DNS?'],
    [{ connect_timeout: 5 }, 'connect_timeout: 5: expected duration string'],
    [{ connect_timeout: '5' }, 'connect_timeout: "5": invalid duration'],
    [{ load_assignment: [] }, 'load_assignment: must be an object (ClusterLoadAssignment), not []'],
    [{ load_assignment: { endpoints: {} } }, 'load_assignment.endpoints: must be a list, not {}'],
    [
      { load_assignment: { endpoints: [{}, { lb_endpoints: [{ endpoint: { adress: {} } }] }] } },
      'load_assignment.endpoints.1.lb_endpoints.0.endpoint.adress: is no field of Endpoint; did you mean address?',
    ],
    [
      { dns_refresh_rate: '1s', dnsRefreshRate: '1s' },
      'dnsRefreshRate: is given twice, as dns_refresh_rate and dnsRefreshRate',
    ],
    [{ respect_dns_ttl: 'yes' }, 'respect_dns_ttl: "yes": expected boolean'],
    [{ type: 'EDS', cluster_type: {} }, 'cluster_type: excludes type: only one of them may be set'],
    [{ transport_socket: { typed_config: {} } }, 'transport_socket.typed_config: lacks "@type", such as '],
    [
      { transport_socket: { typed_config: { '@type': 'envoy.x' } } },
      'transport_socket.typed_config.@type: "envoy.x" must start with type.googleapis.com/',
    ],
    [
      {
        transport_socket: {
          typed_config: { '@type': `${PREFIX}envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContex` },
        },
      },
      'did you mean envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext?',
    ],
    [
      { typed_extension_protocol_options: { a: { '@type': ROUTES, vhost: [] } } },
      'typed_extension_protocol_options.a.vhost: is no field',
    ],
  ])('%j', (json, expected) => {
    expect(cluster(json)).toEqual([expect.stringContaining(expected)]);
  });

  it('reports everything at once', () => {
    expect(cluster({ nam: 'a', type: 'X', connect_timeout: 1 })).toHaveLength(3);
  });

  it('refuses a resource without a type and one that does not exist', () => {
    expect(problemsOf(() => encodeAny({ name: 'a' }))).toEqual([': lacks "@type"']);
    expect(problemsOf(() => encodeAny({ '@type': `${PREFIX}envoy.config.cluster.v3.Clutser` }))).toEqual([
      '@type: Envoy 1.40 has no envoy.config.cluster.v3.Clutser; did you mean envoy.config.cluster.v3.Cluster?',
    ]);
  });
});

describe('decoding', () => {
  it('keeps the bytes of an Any whose type is foreign', () => {
    const name = 'envoy.config.core.v3.TypedExtensionConfig';
    const foreign = { type_url: `${PREFIX}acme.Filter`, value: Uint8Array.of(1, 2, 3) };
    const bytes = messageType(name).encode({ name: 'a', typed_config: foreign }).finish();
    expect(decodeMessageToJson(name, bytes)).toEqual({
      name: 'a',
      typed_config: { '@type': `${PREFIX}acme.Filter`, value: 'AQID' },
    });
  });
});

it('messageExists', () => {
  expect(messageExists(ROUTES)).toBe(true);
  expect(messageExists(`${ROUTES}X`)).toBe(false);
  expect(messageExists('envoy.config.route.v3.RouteConfiguration')).toBe(false);
});

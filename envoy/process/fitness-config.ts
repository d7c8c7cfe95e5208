/**
 * The smallest configuration that uses everything Shadowplane relies on, for `envoy --mode validate`. An Envoy that
 * accepts it can run the real one.
 */

const text = (value: string) => [value.length, ...Buffer.from(value)];
const section = (id: number, bytes: number[]) => [id, bytes.length, ...bytes];

/** A proxy-wasm module that does nothing: the ABI's marker, an allocator that returns 0, one page of memory. */
const EMPTY_MODULE = Buffer.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // "\0asm", version 1
  ...section(1, [2, ...[0x60, 0, 0], ...[0x60, 1, 0x7f, 1, 0x7f]]), // types: () -> (), (i32) -> i32
  ...section(3, [2, 0, 1]), // two functions, of type 0 and 1
  ...section(5, [1, 0, 1]), // one memory of at least one page
  ...section(7, [
    3,
    ...[...text('memory'), 2, 0],
    ...[...text('proxy_abi_version_0_2_1'), 0, 0],
    ...[...text('proxy_on_memory_allocate'), 0, 1],
  ]),
  ...section(10, [2, ...[2, 0, 0x0b], ...[4, 0, 0x41, 0, 0x0b]]), // bodies: nothing; i32.const 0
]);

const HTTP = 'type.googleapis.com/envoy.extensions.filters';

const connectionManager = {
  '@type': `${HTTP}.network.http_connection_manager.v3.HttpConnectionManager`,
  stat_prefix: 'check',
  route_config: {
    virtual_hosts: [
      {
        name: 'check',
        domains: ['*'],
        routes: [
          {
            match: { prefix: '/', filter_state: [{ key: 'wasm.check', string_match: { exact: 'check' } }] },
            route: {
              cluster: 'check',
              request_mirror_policies: [
                {
                  cluster: 'check',
                  disable_shadow_host_suffix_append: true,
                  request_headers_mutations: [{ append: { header: { key: 'x-check', value: 'check' } } }],
                },
              ],
            },
          },
        ],
      },
    ],
  },
  http_filters: [
    {
      name: 'wasm',
      typed_config: {
        '@type': `${HTTP}.http.wasm.v3.Wasm`,
        config: {
          vm_config: {
            runtime: 'envoy.wasm.runtime.v8',
            code: { local: { inline_bytes: EMPTY_MODULE.toString('base64') } },
          },
        },
      },
    },
    { name: 'router', typed_config: { '@type': `${HTTP}.http.router.v3.Router` } },
  ],
};

export const FITNESS_CONFIG: string = JSON.stringify({
  static_resources: {
    listeners: [
      {
        name: 'check',
        address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
        filter_chains: [
          {
            filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: connectionManager }],
          },
        ],
      },
    ],
    clusters: [{ name: 'check' }],
  },
});

/** An xDS server in a page: one listener that sends everything to one cluster. See README.md. */
import { parseArgs } from 'node:util';
import { createSnapshotServer } from 'shadowplane/xds';

const { values } = parseArgs({
  options: {
    xds: { type: 'string', default: '127.0.0.1:18000' },
    listen: { type: 'string', default: '127.0.0.1:10000' },
    backend: { type: 'string', default: '127.0.0.1:8080' },
  },
});

const server = createSnapshotServer();
server.on('connect', ({ node }) => console.log(`${node} has connected`));
server.on('nack', ({ node, message }) => console.log(`${node} rejects: ${message}`));

const { port } = await server.listen(values.xds);
console.log(`xDS on port ${port}, sending ${values.listen} to ${values.backend}; type host:port to send it elsewhere`);
server.setSnapshot(resources(values.backend));

process.stdin.setEncoding('utf8').on('data', async (text: string) => {
  const snapshot = server.setSnapshot(resources(text.trim()));
  const { acked, of, tookMs } = await server.waitForAck(snapshot, { timeoutMs: 5000 });
  console.log(`${acked} of ${of} send to ${text.trim()}, after ${tookMs.toFixed()} ms`);
});

function resources(backend: string) {
  return [
    {
      '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
      name: 'backend',
      type: 'STATIC',
      connect_timeout: '1s',
      load_assignment: {
        cluster_name: 'backend',
        endpoints: [{ lb_endpoints: [{ endpoint: { address: address(backend) } }] }],
      },
    },
    {
      '@type': 'type.googleapis.com/envoy.config.listener.v3.Listener',
      name: 'http',
      address: address(values.listen),
      filter_chains: [{ filters: [{ name: 'http', typed_config: httpConnectionManager() }] }],
    },
  ];
}

function httpConnectionManager() {
  const router = { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' };
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'http',
    http_filters: [{ name: 'router', typed_config: router }],
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }] },
      ],
    },
  };
}

function address(hostAndPort: string) {
  const at = hostAndPort.lastIndexOf(':');
  return { socket_address: { address: hostAndPort.slice(0, at), port_value: Number(hostAndPort.slice(at + 1)) } };
}

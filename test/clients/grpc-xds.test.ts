/**
 * gRPC libraries as xDS clients of our server, without an Envoy: they ask for listener, route, cluster and endpoints by
 * aggregated state of the world, and check what they get by rules of their own.
 */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packed } from '../../protos/index.ts';
import { createSnapshotServer, type SnapshotServer } from '../../xds-server/xds/index.ts';
import { Cleanup, eventually } from '../support/index.ts';
import { type Command, type GrpcProgram, NODE_PROGRAM, pythonProgram, startGrpcProgram } from './grpc-program.ts';

const ADS = { resource_api_version: 'V3', ads: {} } as const;

interface Mesh {
  readonly cluster: string;
  readonly port: number;
}

function resources({ cluster, port }: Mesh) {
  const router = packed('envoy.extensions.filters.http.router.v3.Router', {});
  const manager = packed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    rds: { route_config_name: 'routes', config_source: ADS },
    http_filters: [{ name: 'router', typed_config: router }],
  });
  const routes = [{ match: { prefix: '' }, route: { cluster } }];
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  return [
    packed('envoy.config.listener.v3.Listener', { name: 'backend', api_listener: { api_listener: manager } }),
    packed('envoy.config.route.v3.RouteConfiguration', {
      name: 'routes',
      virtual_hosts: [{ name: 'all', domains: ['*'], routes }],
    }),
    packed('envoy.config.cluster.v3.Cluster', {
      name: cluster,
      type: 'EDS',
      lb_policy: 'ROUND_ROBIN',
      eds_cluster_config: { eds_config: ADS, service_name: `${cluster}-endpoints` },
    }),
    packed('envoy.config.endpoint.v3.ClusterLoadAssignment', {
      cluster_name: `${cluster}-endpoints`,
      endpoints: [{ locality: { zone: 'here' }, load_balancing_weight: 1, lb_endpoints: [{ endpoint: { address } }] }],
    }),
  ];
}

async function startBackend(name: string, cleanup: Cleanup): Promise<number> {
  const bytes = (value: Buffer) => value;
  const definition = {
    Name: {
      path: '/test.Backend/Name',
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    },
  } as const;
  const server = new Server();
  server.addService(definition, {
    Name: (_: unknown, answer: (e: null, b: Buffer) => void) => answer(null, Buffer.from(name)),
  });
  cleanup.defer(() => server.forceShutdown());
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}

const python = pythonProgram();
const CLIENTS: Array<{ name: string; command: Command | undefined }> = [
  { name: '@grpc/grpc-js-xds', command: NODE_PROGRAM },
  { name: 'Python grpcio', command: python },
];

describe.each(CLIENTS)('$name', ({ name, command }) => {
  const cleanup = new Cleanup();
  let server: SnapshotServer;
  let program: GrpcProgram;
  let one: number;
  let two: number;

  beforeAll(async () => {
    if (!command) return;
    one = await startBackend('one', cleanup);
    two = await startBackend('two', cleanup);
    server = createSnapshotServer();
    cleanup.defer(() => server.close());
    server.on('nack', ({ message }) => process.stderr.write(`${name} rejects: ${message}\n`));
    server.setSnapshot(resources({ cluster: 'a', port: one }));
    const { port } = await server.listen('127.0.0.1:0');
    program = startGrpcProgram(command, `127.0.0.1:${port}`, name);
    cleanup.defer(() => program.stop());
  });
  afterAll(() => cleanup.run());

  test.skipIf(!command)('a call reaches the backend that xDS names', async () => {
    await eventually(async () => (await program.call()) === 'one');
    expect(server.clients()).toMatchObject([{ node: name }]);
    expect(Object.keys(server.clients()[0]!.types).sort()).toEqual(['cluster', 'endpoint', 'listener', 'route']);
  });

  test.skipIf(!command)('follows a change of endpoints, acknowledged', async () => {
    const moved = server.setSnapshot(resources({ cluster: 'a', port: two }));
    expect(await server.waitForAck(moved, { timeoutMs: 30_000 })).toMatchObject({ acked: 1, of: 1, rejections: [] });
    await eventually(async () => (await program.call()) === 'two');
  });

  test.skipIf(!command)('follows a route to a cluster that is new, and no call fails meanwhile', async () => {
    server.setSnapshot(resources({ cluster: 'b', port: one }));
    const answers: string[] = [];
    await eventually(async () => answers[answers.push(await program.call()) - 1] === 'one');
    expect(new Set(answers)).toEqual(answers.length > 1 ? new Set(['two', 'one']) : new Set(['one']));
  });

  test.skipIf(!command)('what it rejects is said in its words, and calls go on', async () => {
    const wrong = resources({ cluster: 'b', port: one }).map((resource) =>
      'lb_policy' in resource ? { ...resource, lb_policy: 'MAGLEV' } : resource,
    );
    const { rejections } = await server.waitForAck(server.setSnapshot(wrong), { timeoutMs: 30_000 });
    expect(rejections[0]?.message).toMatch(/b.*(lb|LB)/s);
    expect(await program.call()).toBe('one');
  });
});

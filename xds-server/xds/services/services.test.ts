/** The services beside xDS on its port, by raw gRPC as a client of any language sends it. */
import { Client, credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { messageType } from '../../../protos/index.ts';
import { CLUSTER, ENDPOINT, ROUTE, SECRET } from '../protocol/resource-types.ts';
import { namesIn, TestingClient } from '../server/testing-client.ts';
import { createSnapshotServer, type SnapshotServer } from '../snapshot-server.ts';
import { cluster } from '../testing.ts';
import { clientStatusService } from './client-status.ts';
import { healthService } from './health.ts';
import { reflectionService } from './reflection.ts';

const CSDS = 'envoy.service.status.v3';
let server: SnapshotServer;
let client: Client;
let envoys: TestingClient;

beforeEach(async () => {
  server = createSnapshotServer({ services: [healthService(), reflectionService(), clientStatusService] });
  const { port } = await server.listen('127.0.0.1:0');
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  envoys = new TestingClient(port);
});

afterEach(async () => {
  client.close();
  envoys.close();
  await server.close();
});

const raw = (bytes: Buffer) => bytes;

function call(path: string, request: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, raw, raw, Buffer.from(request), (error, answer) =>
      error ? reject(error) : resolve(answer!),
    );
  });
}

interface ClientConfig {
  readonly node: { readonly id: string };
  readonly generic_xds_configs: ReadonlyArray<{
    readonly name: string;
    readonly version_info: string;
    readonly client_status: string;
    readonly xds_config?: unknown;
  }>;
}

async function clientStatus(request: Record<string, unknown> = {}): Promise<ClientConfig[]> {
  const type = messageType(`${CSDS}.ClientStatusRequest`);
  const bytes = await call(
    `/${CSDS}.ClientStatusDiscoveryService/FetchClientStatus`,
    type.encode(type.fromObject(request)).finish(),
  );
  const response = messageType(`${CSDS}.ClientStatusResponse`);
  return response.toObject(response.decode(bytes), { enums: String }).config ?? [];
}

async function connect(node: string) {
  const stream = envoys.stream('delta', node);
  stream.send({ type_url: CLUSTER });
  const response = await stream.next();
  return { stream, response };
}

const until = async <T>(get: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> => {
  for (let turn = 0; turn < 6_000; turn++) {
    const value = await get();
    if (wanted(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('it never happened');
};

it('health: the server and its services serve, others are unknown', async () => {
  const check = (name: string) =>
    call('/grpc.health.v1.Health/Check', Buffer.concat([Buffer.from([10, name.length]), Buffer.from(name)]));
  const SERVING = Buffer.from([8, 1]);
  expect(await call('/grpc.health.v1.Health/Check', Buffer.alloc(0))).toEqual(SERVING);
  expect(await check('envoy.service.discovery.v3.AggregatedDiscoveryService')).toEqual(SERVING);
  await expect(check('nobody')).rejects.toMatchObject({ code: 5 });
});

it('reflection: lists what is served, and gives the files that describe it', async () => {
  const stream = client.makeBidiStreamRequest<Buffer, Buffer>(
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    raw,
    raw,
  );
  stream.on('error', () => undefined);
  const ask = (field: number, text: string) =>
    new Promise<string>((resolve) => {
      stream.once('data', (bytes: Buffer) => resolve(bytes.toString('latin1')));
      stream.write(Buffer.concat([Buffer.from([(field << 3) | 2, text.length]), Buffer.from(text)]));
    });
  const LIST_SERVICES = 7;
  const FILE_CONTAINING_SYMBOL = 4;
  const services = (await ask(LIST_SERVICES, '*')).match(/(envoy|grpc)\.[a-z.]+\.v[13]\.[A-Za-z]+/g)!;
  expect(services.sort()).toEqual([
    'envoy.service.cluster.v3.ClusterDiscoveryService',
    'envoy.service.discovery.v3.AggregatedDiscoveryService',
    'envoy.service.endpoint.v3.EndpointDiscoveryService',
    'envoy.service.extension.v3.ExtensionConfigDiscoveryService',
    'envoy.service.listener.v3.ListenerDiscoveryService',
    'envoy.service.route.v3.RouteDiscoveryService',
    'envoy.service.runtime.v3.RuntimeDiscoveryService',
    'envoy.service.secret.v3.SecretDiscoveryService',
    'envoy.service.status.v3.ClientStatusDiscoveryService',
    'grpc.health.v1.Health',
  ]);
  expect(await ask(FILE_CONTAINING_SYMBOL, 'envoy.service.status.v3.ClientConfig')).toContain('GenericXdsConfig');
  stream.end();
});

it('client status: what each has, has asked for, and has rejected in which words', async () => {
  server.setSnapshot([cluster('a')]);
  const { stream, response } = await connect('one');
  const configs = async () => (await clientStatus())[0]!.generic_xds_configs;
  expect(await configs()).toMatchObject([{ name: 'a', config_status: 'STALE', client_status: 'REQUESTED' }]);

  stream.ack(response);
  const [inUse] = await until(configs, ([a]) => a!.client_status === 'ACKED');
  expect(inUse).toMatchObject({ type_url: CLUSTER, config_status: 'SYNCED', xds_config: { type_url: CLUSTER } });
  expect(inUse!.version_info).toBe(response.resources[0]!.version);

  server.setSnapshot([cluster('a', 2)]);
  const rejected = await stream.next();
  stream.ack(rejected, { error_detail: { message: 'not like this' } });
  stream.send({ type_url: ENDPOINT, resource_names_subscribe: ['nowhere'] });
  await stream.next();
  const [cds, eds] = await until(configs, (all) => all.length === 2 && all[0]!.client_status === 'NACKED');
  expect(cds).toMatchObject({ config_status: 'ERROR', error_state: { details: 'not like this' } });
  expect(eds).toMatchObject({ type_url: ENDPOINT, name: 'nowhere', client_status: 'DOES_NOT_EXIST' });
});

it('client status: chooses nodes, leaves contents out, and never shows a secret', async () => {
  const secret = { '@type': SECRET, name: 'key', generic_secret: { secret: { inline_string: 'do not tell' } } };
  server.setSnapshot([cluster('a'), secret]);
  for (const node of ['one', 'two']) {
    const { stream, response } = await connect(node);
    stream.ack(response);
    stream.send({ type_url: SECRET, resource_names_subscribe: ['key'] });
    expect(namesIn(await stream.next())).toEqual(['key']);
    stream.send({ type_url: ROUTE, resource_names_subscribe: [] });
  }
  const ids = (all: readonly ClientConfig[]) => all.map(({ node }) => node.id).sort();
  expect(ids(await clientStatus())).toEqual(['one', 'two']);
  expect(ids(await clientStatus({ node_matchers: [{ node_id: { prefix: 'tw' } }] }))).toEqual(['two']);
  await expect(clientStatus({ node_matchers: [{}] })).rejects.toMatchObject({ code: 3 });

  const contents = ([config]: readonly ClientConfig[]) =>
    config!.generic_xds_configs.map(({ name, xds_config }) => [name, xds_config !== undefined]);
  expect(contents(await clientStatus())).toEqual([
    ['key', false],
    ['a', true],
  ]);
  expect(contents(await clientStatus({ exclude_resource_contents: true }))).toEqual([
    ['key', false],
    ['a', false],
  ]);
});

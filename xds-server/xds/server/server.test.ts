import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { CLUSTER, LISTENER, RESOURCE_TYPES, ROUTE, RUNTIME } from '../protocol/resource-types.ts';
import type { Variant } from '../protocol/session.ts';
import { buildSnapshot } from '../snapshot.ts';
import { SnapshotCache } from '../snapshot-cache.ts';
import { cluster, edsCluster, endpoints, extension, listener, route, runtime } from '../testing.ts';
import { createXdsServer, DEFAULT_GROUP, type XdsServer, type XdsServerOptions } from './server.ts';
import { namesIn, TestingClient } from './testing-client.ts';

const opened: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

async function start(options: Partial<XdsServerOptions> = {}) {
  const cache = new SnapshotCache();
  const server = createXdsServer({ cache, ...options });
  const { port } = await server.listen('127.0.0.1:0');
  const connect = () => {
    const client = new TestingClient(port);
    opened.push(() => client.close());
    return client;
  };
  opened.push(() => server.close());
  return { cache, server, connect, client: connect() };
}

const until = async (condition: () => boolean) => {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 6_500) throw new Error('it never happened');
    await new Promise((resolve) => setImmediate(resolve));
    if (turn > 500) await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const names = (variant: Variant, ...list: string[]) =>
  variant === 'sotw' ? { resource_names: list } : { resource_names_subscribe: list };

describe.each<Variant>(['sotw', 'delta'])('%s', (variant) => {
  it('serves every type on its own stream, with the type implied', async () => {
    const { cache, client } = await start();
    const resources = [runtime('n'), cluster('n'), endpoints('n'), extension('n'), listener('n'), route('n', 'n')];
    const secret = { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret', name: 'n' };
    cache.set(DEFAULT_GROUP, buildSnapshot([...resources, secret]));
    for (const { typeUrl } of RESOURCE_TYPES) {
      const stream = client.stream(variant, 'node', typeUrl);
      stream.send(names(variant, 'n'));
      const response = await stream.next();
      expect([response.type_url, namesIn(response)]).toEqual([typeUrl, ['n']]);
    }
  });

  it('delivers resources byte for byte, with the version of the content', async () => {
    const { cache, client } = await start();
    const snapshot = buildSnapshot([cluster('a')]);
    cache.set(DEFAULT_GROUP, snapshot);
    const stream = client.stream(variant, 'node');
    stream.send({ type_url: CLUSTER });
    const response = await stream.next();
    const { version, resources } = snapshot.types.get(CLUSTER)!;
    expect(variant === 'sotw' ? response.version_info : response.system_version_info).toBe(version);
    if (variant === 'delta') expect(response.resources[0]!.version).toBe(resources.get('a')!.version);
    expect(namesIn(response)).toEqual(['a']);
  });

  it('refuses an aggregated request without type, and a foreign type on the stream of another', async () => {
    const { client } = await start();
    const aggregated = client.stream(variant, 'node');
    aggregated.send({});
    expect(await aggregated.ended).toMatchObject({ code: status.INVALID_ARGUMENT });
    const clusters = client.stream(variant, 'node', CLUSTER);
    clusters.send({ type_url: LISTENER });
    expect(await clusters.ended).toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it('knows the node of the first request on the whole stream, and tells what clients have', async () => {
    const { cache, client, server } = await start();
    const seen: string[] = [];
    for (const event of ['connect', 'disconnect'] as const)
      server.on(event, ({ node }) => seen.push(`${event} ${node}`));
    server.on('ack', ({ node, version }) => seen.push(`ack ${node} ${version}`));
    server.on('nack', ({ node, message }) => seen.push(`nack ${node} ${message}`));
    const snapshot = buildSnapshot([cluster('a'), listener('l')]);
    cache.set(DEFAULT_GROUP, snapshot);
    const stream = client.stream(variant, 'edge-1');
    stream.send({ type_url: CLUSTER });
    stream.ack(await stream.next());
    stream.send({ type_url: LISTENER });
    stream.ack(await stream.next(), { error_detail: { message: 'bad listener' } });
    await until(() => seen.length === 3);
    const { version } = snapshot.types.get(CLUSTER)!;
    expect(seen).toEqual(['connect edge-1', `ack edge-1 ${version}`, 'nack edge-1 bad listener']);

    const [status] = server.clients();
    expect(status).toMatchObject({ node: 'edge-1', group: DEFAULT_GROUP });
    expect(status!.types).toEqual({
      cluster: { typeUrl: CLUSTER, wildcard: true, names: [], sentVersion: version, ackedVersion: version },
      listener: {
        typeUrl: LISTENER,
        wildcard: true,
        names: [],
        sentVersion: snapshot.types.get(LISTENER)!.version,
        lastRejection: {
          version: snapshot.types.get(LISTENER)!.version,
          message: 'bad listener',
          at: expect.any(Date),
        },
      },
    });
    stream.call.cancel();
    await until(() => server.clients().length === 0);
    expect(seen.at(-1)).toBe('disconnect edge-1');
  });

  it('keeps groups apart', async () => {
    const { cache, client } = await start({ groupOf: ({ id }) => id.split('-')[0]! });
    const blue = client.stream(variant, 'blue-1');
    const green = client.stream(variant, 'green-1');
    for (const stream of [blue, green]) stream.send({ type_url: CLUSTER });
    cache.set('green', buildSnapshot([cluster('g')]));
    cache.set('blue', buildSnapshot([cluster('b')]));
    expect(namesIn(await blue.next())).toEqual(['b']);
    expect(namesIn(await green.next())).toEqual(['g']);
    expect([blue.received.length, green.received.length]).toEqual([1, 1]);
  });

  it('writes a change before set returns', async () => {
    const { cache, client, server } = await start();
    const stream = client.stream(variant, 'node');
    stream.send({ type_url: RUNTIME, ...names(variant, 'r') });
    await until(() => server.clients().length === 1);
    const snapshot = buildSnapshot([runtime('r')]);
    cache.set(DEFAULT_GROUP, snapshot);
    expect(server.clients()[0]!.types.runtime!.sentVersion).toBe(snapshot.types.get(RUNTIME)!.version);
  });

  it('a client that does not read gets few responses and the latest state', async () => {
    const { cache, client, server } = await start();
    const stream = client.stream(variant, 'node');
    stream.send({ type_url: CLUSTER });
    cache.set(DEFAULT_GROUP, buildSnapshot([]));
    stream.ack(await stream.next());
    stream.call.pause();
    const large = (round: number) =>
      buildSnapshot(
        Array.from({ length: 300 }, (_, i) => ({ ...cluster(`c${i}`), alt_stat_name: `${round}-`.repeat(200) })),
      );
    let last = large(0);
    for (let round = 1; round <= 30; round++) {
      last = large(round);
      cache.set(DEFAULT_GROUP, last);
    }
    const before = server.clients()[0]!.types.cluster!.sentVersion;
    expect(before).not.toBe(last.types.get(CLUSTER)!.version);
    stream.call.on('data', (response) => stream.ack(response));
    stream.call.resume();
    await until(() => server.clients()[0]!.types.cluster!.ackedVersion === last.types.get(CLUSTER)!.version);
    expect(stream.received.length).toBeLessThan(5);
  });

  it('orders types across the streams of one node', async () => {
    const { cache, client } = await start();
    const routes = client.stream(variant, 'node', ROUTE);
    const clusters = client.stream(variant, 'node', CLUSTER);
    cache.set(DEFAULT_GROUP, buildSnapshot([cluster('x'), route('r', 'x')]));
    clusters.send({});
    routes.send(names(variant, 'r'));
    const repeat = names('sotw', ...(variant === 'sotw' ? ['r'] : []));
    routes.ack(await routes.next(), variant === 'sotw' ? repeat : {});
    clusters.ack(await clusters.next());
    cache.set(DEFAULT_GROUP, buildSnapshot([cluster('y'), route('r', 'y')]));
    const added = await clusters.next();
    expect(namesIn(added)).toContain('y');
    expect(routes.received).toHaveLength(1);
    clusters.ack(added);
    routes.ack(await routes.next(), variant === 'sotw' ? repeat : {});
    const removal = await clusters.next();
    expect(variant === 'sotw' ? namesIn(removal) : removal.removed_resources).toEqual(
      variant === 'sotw' ? ['y'] : ['x'],
    );
  });

  it('frees everything when streams end', async () => {
    const { client, server } = await start();
    for (let round = 0; round < 50; round++) {
      const stream = client.stream(variant, `node-${round % 3}`, round % 2 ? CLUSTER : undefined);
      stream.send({ type_url: CLUSTER });
      await until(() => server.clients().length > 0);
      if (round % 2) stream.call.end();
      else stream.call.cancel();
      await stream.ended;
      await until(() => server.clients().length === 0);
    }
  });
});

describe('waitForAck', () => {
  const clusters = (...list: string[]) => buildSnapshot(list.map((name) => cluster(name)));

  async function connected(...nodes: string[]) {
    const started = await start();
    const streams = nodes.map((node) => started.client.stream('delta', node));
    for (const stream of streams) stream.send({ type_url: CLUSTER });
    await until(() => started.server.clients().length === nodes.length);
    return { ...started, streams };
  }
  const wait = (server: XdsServer, snapshot: ReturnType<typeof clusters>, timeoutMs = 5000) =>
    server.waitForAck(DEFAULT_GROUP, snapshot, { timeoutMs });

  it('ends when every client has acknowledged', async () => {
    const { cache, server, streams } = await connected('a', 'b');
    const snapshot = clusters('x');
    cache.set(DEFAULT_GROUP, snapshot);
    const waiting = wait(server, snapshot);
    for (const stream of streams) stream.ack(await stream.next());
    expect(await waiting).toEqual({ acked: 2, of: 2, tookMs: expect.any(Number), rejections: [], pending: [] });
    expect(await wait(server, snapshot)).toMatchObject({ acked: 2, of: 2, tookMs: expect.any(Number) });
  });

  it('ends at once when a client rejects, in the words of the client', async () => {
    const { cache, server, streams } = await connected('a', 'b');
    const snapshot = clusters('x');
    cache.set(DEFAULT_GROUP, snapshot);
    const waiting = wait(server, snapshot);
    streams[1]!.ack(await streams[1]!.next(), { error_detail: { message: 'x is bad\n' } });
    expect(await waiting).toMatchObject({
      acked: 0,
      rejections: [{ node: 'b', typeUrl: CLUSTER, message: 'x is bad' }],
      pending: ['a', 'b'],
    });
  });

  it('takes the rejection of a type that is ignored for an answer', async () => {
    const { cache, server, streams } = await connected('a');
    const snapshot = clusters('x');
    cache.set(DEFAULT_GROUP, snapshot);
    const waiting = server.waitForAck(DEFAULT_GROUP, snapshot, { timeoutMs: 30_000, ignoring: [CLUSTER] });
    streams[0]!.ack(await streams[0]!.next(), { error_detail: { message: 'no' } });
    expect(await waiting).toMatchObject({ acked: 1, of: 1, rejections: [] });
  });

  it('an old rejection of what has not changed does not reject the next change', async () => {
    const { cache, server, streams } = await connected('a');
    const [stream] = streams;
    cache.set(DEFAULT_GROUP, clusters('bad'));
    stream!.ack(await stream!.next(), { error_detail: { message: 'no' } });
    stream!.send({ type_url: RUNTIME, resource_names_subscribe: ['r'] });
    const absent = await stream!.next();
    stream!.ack(absent);
    const next = buildSnapshot([cluster('bad'), runtime('r')]);
    cache.set(DEFAULT_GROUP, next);
    const waiting = wait(server, next);
    stream!.ack(await stream!.next());
    expect(await waiting).toMatchObject({ acked: 1, of: 1, rejections: [] });
  });

  it('names who has not answered in time, does not count who left, and needs nobody', async () => {
    const { cache, server, streams } = await connected('a', 'b');
    const snapshot = clusters('x');
    cache.set(DEFAULT_GROUP, snapshot);
    expect(await wait(server, snapshot, 20)).toMatchObject({ acked: 0, of: 2, pending: ['a', 'b'] });
    const waiting = wait(server, snapshot);
    streams[0]!.call.cancel();
    streams[1]!.ack(await streams[1]!.next());
    expect(await waiting).toMatchObject({ acked: 1, of: 1, pending: [] });
    expect(await server.waitForAck('other', snapshot, { timeoutMs: 30_000 })).toMatchObject({ acked: 0, of: 0 });
  });

  it('a newer snapshot that is acknowledged counts for the older one; one that was never set does not', async () => {
    const { cache, server, streams } = await connected('a');
    const older = clusters('x');
    cache.set(DEFAULT_GROUP, older);
    const waiting = wait(server, older);
    cache.set(DEFAULT_GROUP, clusters('y'));
    for (let i = 0; i < 2; i++) streams[0]!.ack(await streams[0]!.next());
    expect(await waiting).toMatchObject({ acked: 1, of: 1 });
    expect(await wait(server, clusters('z'))).toMatchObject({ acked: 0, of: 1, pending: ['a'] });
  });

  it('ends when the server closes', async () => {
    const { cache, server } = await connected('a');
    const snapshot = clusters('x');
    cache.set(DEFAULT_GROUP, snapshot);
    const waiting = wait(server, snapshot);
    await server.close();
    expect((await waiting).acked).toBe(0);
  });
});

it('a failure with one client ends its stream, not the server', async () => {
  const groupOf = ({ id }: { id: string }) => {
    if (id === 'odd') throw new Error('no group for odd');
    return DEFAULT_GROUP;
  };
  const { cache, client } = await start({ groupOf });
  cache.set(DEFAULT_GROUP, buildSnapshot([cluster('a')]));
  const [odd, even] = [client.stream('delta', 'odd'), client.stream('delta', 'even')];
  for (const stream of [odd, even]) stream.send({ type_url: CLUSTER });
  expect(await odd.ended).toMatchObject({
    code: status.INTERNAL,
    details: expect.stringContaining('no group for odd'),
  });
  expect(namesIn(await even.next())).toEqual(['a']);
});

it('an address that is taken is an error', async () => {
  const { server } = await start();
  const other = createXdsServer({ cache: new SnapshotCache() });
  onTestFinished(() => other.close());
  const { port } = await server.listen('127.0.0.1:0');
  await expect(other.listen(`127.0.0.1:${port}`)).rejects.toThrow('EADDRINUSE');
});

it('routes wait for a new cluster no longer than told', async () => {
  const { cache, client } = await start({ newClusterWaitMs: 30 });
  const stream = client.stream('delta', 'node');
  stream.send({ type_url: CLUSTER });
  stream.send({ type_url: ROUTE, resource_names_subscribe: ['r'] });
  cache.set(DEFAULT_GROUP, buildSnapshot([edsCluster('x', 'e'), route('r', 'x')]));
  for (let i = 0; i < 2; i++) stream.ack(await stream.next());
  cache.set(DEFAULT_GROUP, buildSnapshot([edsCluster('x', 'e'), edsCluster('y', 'f'), route('r', 'y')]));
  expect(namesIn(await stream.next())).toEqual(['y']);
  expect(namesIn(await stream.next())).toEqual(['r']);
});

import { expect, it, onTestFinished } from 'vitest';
import { CLUSTER } from '../protocol/resource-types.ts';
import { createSnapshotServer } from '../snapshot-server.ts';
import { cluster } from '../testing.ts';
import { namesIn, TestingClient } from './testing-client.ts';

const STREAMS = 200;

it('many clients all get the latest; those whose turn has not come skip what it replaced', async () => {
  const server = createSnapshotServer();
  onTestFinished(() => server.close());
  const { port } = await server.listen('127.0.0.1:0');
  const client = new TestingClient(port);
  onTestFinished(() => client.close());
  server.setSnapshot([cluster('first')]);
  const streams = Array.from({ length: STREAMS }, (_, at) => client.stream('delta', `node-${at}`));
  for (const stream of streams) {
    stream.send({ type_url: CLUSTER });
    stream.ack(await stream.next());
  }

  server.setSnapshot([cluster('replaced')]);
  const last = server.setSnapshot([cluster('last')]);
  const waiting = server.waitForAck(last, { timeoutMs: 10_000 });
  let responses = 0;
  for (const stream of streams) {
    for (let names: string[] = []; !names.includes('last'); responses++) {
      const response = await stream.next();
      stream.ack(response);
      names = namesIn(response);
    }
  }
  expect(await waiting).toMatchObject({ acked: STREAMS, of: STREAMS, pending: [] });
  expect(responses).toBeLessThan(1.5 * STREAMS);
});

it('clients that leave before their turn are no trouble', async () => {
  const server = createSnapshotServer();
  onTestFinished(() => server.close());
  const { port } = await server.listen('127.0.0.1:0');
  const [staying, leaving] = [new TestingClient(port), new TestingClient(port)];
  onTestFinished(() => staying.close());
  server.setSnapshot([cluster('a')]);
  const streams = Array.from({ length: STREAMS }, (_, at) =>
    (at % 2 ? staying : leaving).stream('delta', `node-${at}`),
  );
  for (const stream of streams) {
    stream.send({ type_url: CLUSTER });
    stream.ack(await stream.next());
  }
  for (const [at, stream] of streams.entries()) if (at % 2 === 0) stream.call.cancel();
  const next = server.setSnapshot([cluster('b')]);
  const waiting = server.waitForAck(next, { timeoutMs: 10_000 });
  for (const [at, stream] of streams.entries()) if (at % 2) stream.ack(await stream.next());
  expect(await waiting).toMatchObject({ acked: STREAMS / 2, of: STREAMS / 2, rejections: [] });
  leaving.close();
});

it('a server that is closed ends its streams at once, so that clients go elsewhere', async () => {
  const server = createSnapshotServer();
  const { port } = await server.listen('127.0.0.1:0');
  const client = new TestingClient(port);
  onTestFinished(() => client.close());
  server.setSnapshot([cluster('a')]);
  const stream = client.stream('delta', 'node');
  stream.send({ type_url: CLUSTER });
  await stream.next();
  await server.close();
  await stream.ended;
});

import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { CLUSTER, ROUTE, RUNTIME } from '../protocol/resource-types.ts';
import { encodeWithTtl } from '../resource.ts';
import { createSnapshotServer } from '../snapshot-server.ts';
import { cluster, route, runtime } from '../testing.ts';
import { namesIn, TestingClient } from './testing-client.ts';

/** Somebody sets the machine's clock while clients are connected. Only the wall clock is moved; timers go on as they do. */

const DAY_MS = 86_400_000;
const jump = (byMs: number) => vi.setSystemTime(Date.now() + byMs);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

async function start(newClusterWaitMs: number) {
  const server = createSnapshotServer({ newClusterWaitMs });
  onTestFinished(() => server.close());
  const client = new TestingClient((await server.listen('127.0.0.1:0')).port);
  onTestFinished(() => client.close());
  return { server, stream: client.stream('delta', 'node') };
}

/** A client that has a route to `x` and has been sent a new cluster `y`, which it does not acknowledge. */
async function withUnansweredCluster(newClusterWaitMs: number) {
  const { server, stream } = await start(newClusterWaitMs);
  server.setSnapshot([cluster('x'), route('r', 'x'), runtime('flags')]);
  stream.send({ type_url: CLUSTER });
  stream.ack(await stream.next());
  stream.send({ type_url: ROUTE, resource_names_subscribe: ['r'] });
  stream.ack(await stream.next());
  server.setSnapshot([cluster('x'), cluster('y'), route('r', 'y'), runtime('flags')]);
  expect(namesIn(await stream.next())).toEqual(['y']);
  return stream;
}

it('set back by a day: routes that wait for a new cluster wait no longer than was said', async () => {
  const stream = await withUnansweredCluster(200);
  jump(-DAY_MS);
  expect(namesIn(await stream.next())).toEqual(['r']);
});

it('set forward by a day: they do not give up waiting before', async () => {
  const stream = await withUnansweredCluster(60_000);
  jump(DAY_MS);
  stream.send({ type_url: RUNTIME, resource_names_subscribe: ['flags'] });
  expect(namesIn(await stream.next())).toEqual(['flags']);
  // Whatever is due goes out in one turn, and routes would go out last.
  stream.send({ type_url: RUNTIME, resource_names_subscribe: ['flags'] });
  expect(namesIn(await stream.next())).toEqual(['flags']);
});

it('set back by a day: what has a time to live is renewed in time', async () => {
  const { server, stream } = await start(0);
  server.setSnapshot([encodeWithTtl(runtime('flags'), 300)]);
  stream.send({ type_url: RUNTIME, resource_names_subscribe: ['flags'] });
  stream.ack(await stream.next());
  for (let heartbeats = 0; heartbeats < 3; heartbeats++) {
    jump(-DAY_MS);
    stream.ack(await stream.next());
  }
});

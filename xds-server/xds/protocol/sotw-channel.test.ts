import { expect, it } from 'vitest';
import { buildSnapshot } from '../snapshot.ts';
import { cluster, endpoints, HandClient, route, summary } from '../testing.ts';
import { CLUSTER, ENDPOINT, ROUTE } from './resource-types.ts';

function subscribed(typeUrl: string, ...names: string[]): HandClient {
  const client = new HandClient('sotw');
  client.send(typeUrl, { names });
  return client;
}

it('clusters: any change sends all of them, a missing one is deleted, an empty set deletes all', () => {
  const client = subscribed(CLUSTER);
  const send = (...names: string[]) => {
    client.set(buildSnapshot(names.map((name) => cluster(name))));
    const responses = client.pull();
    for (const response of responses) client.ack(response);
    return summary(responses);
  };
  expect(send('a', 'b')).toEqual(['cluster: a b']);
  expect(send('a', 'b', 'c')).toEqual(['cluster: a b c']);
  expect(send('a')).toEqual(['cluster: a']);
  expect(send('a')).toEqual([]);
  expect(send()).toEqual(['cluster:']);
});

it('endpoints and routes: only what has changed; a removal is not said', () => {
  const client = subscribed(ENDPOINT, 'a', 'b');
  client.set(buildSnapshot([endpoints('a'), endpoints('b')]));
  for (const response of client.pull()) client.ack(response);
  client.set(buildSnapshot([endpoints('a'), endpoints('b', 2)]));
  expect(summary(client.pull())).toEqual(['endpoint: b']);
  client.set(buildSnapshot([endpoints('a')]));
  expect(client.pull()).toEqual([]);
});

it('a request with a stale nonce changes nothing', () => {
  const client = subscribed(ROUTE, 'a');
  client.set(buildSnapshot([route('a', 'x'), route('b', 'x')]));
  const [first] = client.pull();
  client.set(buildSnapshot([route('a', 'y'), route('b', 'x')]));
  const [second] = client.pull();
  client.ack(first!, { names: ['a', 'b'] });
  expect(client.pull()).toEqual([]);
  client.ack(second!, { names: ['a', 'b'] });
  expect(summary(client.pull())).toEqual(['route: b']);
});

it('a name that is dropped and added again is sent again', () => {
  const client = subscribed(ROUTE, 'a', 'b');
  client.set(buildSnapshot([route('a', 'x'), route('b', 'x')]));
  const [first] = client.pull();
  client.ack(first!, { names: ['b'] });
  expect(client.pull()).toEqual([]);
  client.ack(first!, { names: ['a', 'b'] });
  expect(summary(client.pull())).toEqual(['route: a']);
});

it('clusters by name: the answer lists those that exist, once', () => {
  const client = subscribed(CLUSTER, 'a', 'absent');
  client.set(buildSnapshot([cluster('a'), cluster('b')]));
  const [first] = client.pull();
  expect(summary([first!])).toEqual(['cluster: a']);
  client.ack(first!);
  expect(client.pull()).toEqual([]);
  client.ack(first!, { names: ['a', 'absent', 'absent too'] });
  expect(summary(client.pull())).toEqual(['cluster: a']);
  expect(client.pull()).toEqual([]);
});

it('the version of a set that holds back a removal is its own', () => {
  const client = subscribed(CLUSTER);
  client.send(ROUTE, { names: ['r'] });
  client.set(buildSnapshot([cluster('x'), route('r', 'x')]));
  for (const response of client.pull()) client.ack(response);
  const next = buildSnapshot([cluster('y'), route('r', 'y')]);
  client.set(next);
  expect(client.pull()[0]!.version).not.toBe(next.types.get(CLUSTER)!.version);
  expect(client.session.channel(CLUSTER)!.acks.sentVersion).toBe(
    buildSnapshot([cluster('x'), cluster('y')]).types.get(CLUSTER)!.version,
  );
});

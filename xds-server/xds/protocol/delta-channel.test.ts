import { expect, it } from 'vitest';
import { buildSnapshot } from '../snapshot.ts';
import { cluster, endpoints, extension, HandClient, listener, route, summary } from '../testing.ts';
import { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE } from './resource-types.ts';

function subscribed(typeUrl: string, ...names: string[]): HandClient {
  const client = new HandClient('delta');
  client.send(typeUrl, { names });
  return client;
}

function settle(client: HandClient): void {
  for (const response of client.pull()) client.ack(response);
}

it('one changed resource is sent alone', () => {
  const client = subscribed(CLUSTER);
  client.set(buildSnapshot([cluster('a'), cluster('b'), cluster('c')]));
  settle(client);
  client.set(buildSnapshot([cluster('a'), cluster('b', 2), cluster('c')]));
  expect(summary(client.pull())).toEqual(['cluster: b']);
});

it('deletion, and creation again', () => {
  const client = subscribed(CLUSTER);
  client.set(buildSnapshot([cluster('a'), cluster('b')]));
  settle(client);
  client.set(buildSnapshot([cluster('a')]));
  expect(summary(client.pull())).toEqual(['cluster: -b']);
  client.set(buildSnapshot([cluster('a'), cluster('b')]));
  expect(summary(client.pull())).toEqual(['cluster: b']);
});

it('subscribing again to what the client has sends it again', () => {
  const client = subscribed(ROUTE, 'a', 'b');
  client.set(buildSnapshot([route('a', 'x'), route('b', 'x')]));
  settle(client);
  client.send(ROUTE, { names: ['a'] });
  expect(summary(client.pull())).toEqual(['route: a']);
});

it('endpoints that a client asks for before any cluster are not denied: it may be using them', () => {
  const client = subscribed(ENDPOINT, 'x');
  client.set(buildSnapshot([cluster('y'), listener('l'), route('r', 'y')]));
  expect(client.pull()).toEqual([]);
  client.send(CLUSTER, { initialVersions: { x: 'v' }, resumes: true });
  client.send(LISTENER);
  client.send(ROUTE, { names: ['r'] });
  const responses = client.pull();
  expect(summary(responses)).toEqual(['cluster: y', 'listener: l', 'route: r']);
  for (const response of responses) client.ack(response);
  const [removal] = client.pull();
  expect(summary([removal!])).toEqual(['cluster: -x']);
  client.ack(removal!);
  expect(summary(client.pull())).toEqual(['endpoint: -x']);
});

it('an absent name is told to be absent, once per request, and sent when it is created', () => {
  const client = subscribed(CLUSTER);
  client.send(ENDPOINT, { names: ['a'] });
  client.set(buildSnapshot([]));
  expect(summary(client.pull())).toEqual(['cluster:', 'endpoint: -a']);
  expect(client.pull()).toEqual([]);
  client.send(ENDPOINT, { names: ['a'] });
  expect(summary(client.pull())).toEqual(['endpoint: -a']);
  client.set(buildSnapshot([endpoints('a')]));
  expect(summary(client.pull())).toEqual(['endpoint: a']);
});

it('unsubscribing is answered with nothing, also of an unknown name, unless a wildcard still holds it', () => {
  const named = subscribed(CLUSTER, 'a', 'b');
  named.set(buildSnapshot([cluster('a'), cluster('b')]));
  settle(named);
  named.send(CLUSTER, { unsubscribe: ['a', 'unknown'] });
  expect(named.pull()).toEqual([]);
  named.set(buildSnapshot([cluster('a', 2), cluster('b')]));
  expect(named.pull()).toEqual([]);

  const both = subscribed(CLUSTER, '*', 'a', 'gone');
  both.set(buildSnapshot([cluster('a')]));
  settle(both);
  both.send(CLUSTER, { unsubscribe: ['a', 'gone'] });
  expect(summary(both.pull())).toEqual(['cluster: -gone a']);
});

it('a stale nonce still changes the subscription', () => {
  const client = subscribed(ROUTE, 'a');
  client.set(buildSnapshot([route('a', 'x'), route('b', 'x')]));
  const [first] = client.pull();
  client.ack(first!);
  client.send(ROUTE, { nonce: first!.nonce, names: ['b'] });
  expect(summary(client.pull())).toEqual(['route: b']);
});

it('what the client has from an earlier stream is not sent again; what differs is, and what is gone is removed', () => {
  const has = buildSnapshot([cluster('same'), cluster('changed'), cluster('gone')]).types.get(CLUSTER)!.resources;
  const initialVersions = Object.fromEntries([...has].map(([name, { version }]) => [name, version]));
  const client = new HandClient('delta');
  client.send(CLUSTER, { initialVersions, resumes: true });
  client.set(buildSnapshot([cluster('same'), cluster('changed', 2)]));
  expect(summary(client.pull())).toEqual(['cluster: changed']);
  client.send(LISTENER);
  client.send(ROUTE, { names: [] });
  for (const response of client.pull()) client.ack(response);
  expect(summary(client.pull())).toEqual(['cluster: -gone']);

  const unchanged = new HandClient('delta');
  unchanged.send(CLUSTER, { initialVersions, resumes: true });
  const same = buildSnapshot([cluster('same'), cluster('changed'), cluster('gone')]);
  unchanged.set(same);
  expect(unchanged.pull()).toEqual([]);
  expect(unchanged.client.quiet).toBe(true);
  expect(unchanged.client.versionInUse(unchanged.session.channel(CLUSTER)!)).toBe(same.types.get(CLUSTER)!.version);
});

it('a client that resumes loses nothing until its routes are known, or do not come', () => {
  const client = new HandClient('delta');
  client.send(CLUSTER, { initialVersions: { x: 'v' }, resumes: true });
  client.set(buildSnapshot([cluster('y'), listener('l'), route('r', 'y')]));
  expect(summary(client.pull())).toEqual(['cluster: y']);
  expect(client.client.wakesAt(client.nowMs)).toBe(1000);
  client.nowMs = 1000;
  expect(summary(client.pull())).toEqual(['cluster: -x']);
  expect(client.client.wakesAt(6000)).toBeUndefined();
});

it('a filter is not taken away while the client subscribes to it', () => {
  const client = subscribed(EXTENSION_CONFIG, 'x');
  client.set(buildSnapshot([extension('x')]));
  settle(client);
  client.set(buildSnapshot([]));
  expect(client.pull()).toEqual([]);
  client.send(EXTENSION_CONFIG, { names: ['x'] });
  expect(summary(client.pull())).toEqual(['extension: x']);
  client.set(buildSnapshot([extension('x', 'b')]));
  expect(summary(client.pull())).toEqual(['extension: x']);
});

it('what was rejected along with a resource is sent again once that is corrected or gone', () => {
  const client = subscribed(CLUSTER);
  client.set(buildSnapshot([cluster('a'), cluster('other')]));
  settle(client);
  client.set(buildSnapshot([cluster('a', 2), cluster('bad'), cluster('other')]));
  client.nack(client.pull()[0]!);
  expect(client.pull()).toEqual([]);
  client.set(buildSnapshot([cluster('a', 2), cluster('other')]));
  const [response] = client.pull();
  expect(summary([response!])).toEqual(['cluster: -bad a']);
  client.ack(response!);
  expect(client.session.channel(CLUSTER)!.acks.lastRejection).toBeUndefined();
  expect(client.pull()).toEqual([]);
});

it('a rejected resource stays rejected until it is replaced or gone, whatever else is accepted', () => {
  const client = subscribed(CLUSTER);
  client.set(buildSnapshot([cluster('bad')]));
  client.nack(client.pull()[0]!);
  client.set(buildSnapshot([cluster('bad'), cluster('good')]));
  client.ack(client.pull()[0]!);
  const { acks } = client.session.channel(CLUSTER)!;
  expect(acks.lastRejection?.message).toBe('no good');
  client.set(buildSnapshot([cluster('good')]));
  client.ack(client.pull()[0]!);
  expect(acks.lastRejection).toBeUndefined();
});

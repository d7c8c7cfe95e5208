import { describe, expect, it } from 'vitest';
import { buildSnapshot } from '../snapshot.ts';
import {
  cluster,
  edsCluster,
  endpoints,
  extension,
  HandClient,
  listener,
  route,
  runtime,
  summary,
} from '../testing.ts';
import { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE, RUNTIME } from './resource-types.ts';
import type { Variant } from './session.ts';

/** What holds for both variants of the protocol. */
describe.each<Variant>(['sotw', 'delta'])('%s', (variant) => {
  const subscribed = (typeUrl: string, ...names: string[]) => {
    const client = new HandClient(variant);
    client.send(typeUrl, { names });
    return client;
  };

  it('gives every response a nonce of its own', () => {
    const client = subscribed(CLUSTER);
    client.send(LISTENER);
    client.set(buildSnapshot([cluster('a')]));
    const first = client.pull();
    client.set(buildSnapshot([cluster('a', 2)]));
    const nonces = [...first, ...client.pull()].map(({ nonce }) => nonce);
    expect(nonces).toHaveLength(3);
    expect(new Set(nonces).size).toBe(3);
  });

  it('answers an ACK with nothing, and a NACK neither until the content changes', () => {
    const client = subscribed(CLUSTER);
    client.set(buildSnapshot([cluster('a')]));
    const [response] = client.pull();
    expect(client.nack(response!)).toEqual({ kind: 'nack', version: response!.version, message: 'no good' });
    expect(client.pull()).toEqual([]);

    client.set(buildSnapshot([cluster('a', 2)]));
    const [next] = client.pull();
    expect(summary([next!])).toEqual(['cluster: a']);
    const { acks } = client.session.channel(CLUSTER)!;
    expect(acks.lastRejection?.message).toBe('no good');
    expect(client.ack(next!)).toEqual({ kind: 'ack', version: next!.version });
    expect(acks.lastRejection).toBeUndefined();
    expect(client.pull()).toEqual([]);
  });

  it('takes error_detail as a NACK, not the version', () => {
    const client = subscribed(CLUSTER);
    client.set(buildSnapshot([cluster('a')]));
    const [response] = client.pull();
    client.ack(response!, { error: '' });
    expect(client.session.channel(CLUSTER)!.acks.ackedVersion).toBeUndefined();
    expect(client.session.channel(CLUSTER)!.acks.lastRejection).toBeDefined();
  });

  it('takes a nonce of an older stream for none', () => {
    const client = new HandClient(variant);
    client.send(CLUSTER, { nonce: 'old.7' });
    client.set(buildSnapshot([cluster('a')]));
    expect(summary(client.pull())).toEqual(['cluster: a']);
    expect(client.send(CLUSTER, { nonce: 'old.8', error: 'x' })).toBeUndefined();
    expect(client.session.channel(CLUSTER)!.acks.open).toBe(1);
  });

  it('keeps versions and ACKs of the types apart', () => {
    const client = subscribed(CLUSTER);
    client.send(LISTENER);
    client.set(buildSnapshot([cluster('a'), listener('l')]));
    const [clusters, listeners] = client.pull();
    client.ack(clusters!);
    client.nack(listeners!);
    expect(client.session.channel(CLUSTER)!.acks.ackedVersion).toBe(clusters!.version);
    expect(client.session.channel(LISTENER)!.acks.ackedVersion).toBeUndefined();
    expect(clusters!.version).not.toBe(listeners!.version);
  });

  it('sends to a named subscriber nothing else, and what is created later when it is', () => {
    const client = subscribed(ROUTE, 'mine', 'later');
    client.set(buildSnapshot([route('mine', 'a'), route('other', 'a')]));
    const [first] = client.pull();
    expect(first!.resources.map(({ name }) => name)).toEqual(['mine']);
    client.ack(first!);
    client.set(buildSnapshot([route('mine', 'a'), route('other', 'b')]));
    expect(client.pull()).toEqual([]);
    client.set(buildSnapshot([route('mine', 'a'), route('later', 'a')]));
    expect(summary(client.pull())).toEqual(['route: later']);
  });

  it('sends an empty first answer to whoever subscribes to everything, so that it need not wait', () => {
    const client = subscribed(LISTENER);
    client.set(buildSnapshot([]));
    expect(summary(client.pull())).toEqual(['listener:']);
    expect(client.pull()).toEqual([]);
  });

  it('waits for a snapshot, and for the next one after it was cleared', () => {
    const client = subscribed(CLUSTER);
    expect(client.pull()).toEqual([]);
    client.set(buildSnapshot([cluster('a')]));
    expect(summary(client.pull())).toEqual(['cluster: a']);
    client.set(undefined);
    expect(client.pull()).toEqual([]);
    client.set(buildSnapshot([cluster('a', 2)]));
    expect(summary(client.pull())).toEqual(['cluster: a']);
  });

  it('sends one snapshot in the order clusters, endpoints, filters, listeners, routes, without waiting for an ACK', () => {
    const client = subscribed(ROUTE, 'r');
    client.send(LISTENER);
    client.send(EXTENSION_CONFIG, { names: ['x'] });
    client.send(ENDPOINT, { names: ['e'] });
    client.send(CLUSTER);
    client.send(RUNTIME, { names: ['rt'] });
    client.set(
      buildSnapshot([
        route('r', 'c'),
        listener('l'),
        extension('x'),
        endpoints('e'),
        edsCluster('c', 'e'),
        runtime('rt'),
      ]),
    );
    expect(summary(client.pull())).toEqual([
      'runtime: rt',
      'cluster: c',
      'endpoint: e',
      'extension: x',
      'listener: l',
      'route: r',
    ]);
  });

  it('sends endpoints again after their cluster has changed', () => {
    const client = subscribed(CLUSTER);
    client.send(ENDPOINT, { names: ['e', 'f'] });
    const rest = [edsCluster('d', 'f'), endpoints('e'), endpoints('f')];
    client.set(buildSnapshot([edsCluster('c', 'e'), ...rest]));
    for (const response of client.pull()) client.ack(response);
    expect(client.pull()).toEqual([]);
    client.set(buildSnapshot([edsCluster('c', 'e', 2), ...rest]));
    const [, pushed] = client.pull();
    // In state of the world every cluster is sent, so all of them need their endpoints.
    expect(pushed!.typeUrl).toBe(ENDPOINT);
    expect(pushed!.resources.map(({ name }) => name)).toEqual(variant === 'sotw' ? ['e', 'f'] : ['e']);
  });

  it('pushes endpoints that were asked for before the clusters came', () => {
    const client = subscribed(ENDPOINT, 'e');
    client.set(buildSnapshot([edsCluster('c', 'e'), endpoints('e')]));
    expect(summary(client.pull())).toEqual(['endpoint: e']);
    client.send(CLUSTER);
    expect(summary(client.pull())).toEqual(['cluster: c', 'endpoint: e']);
  });

  it('sends what has changed meanwhile once, as its latest state, to a client that does not answer', () => {
    const client = subscribed(RUNTIME, 'r');
    let sent = 0;
    for (let value = 0; value < 100; value++) {
      client.set(buildSnapshot([runtime('r', value)]));
      sent += client.pull().length;
    }
    expect(sent).toBe(8);
    const { channels } = client.session;
    expect(channels[0]!.acks.open).toBe(8);
    client.ack({ typeUrl: RUNTIME, nonce: 'n.8', version: '', resources: [], removed: [], supportsTtl: false });
    const latest = buildSnapshot([runtime('r', 99)]).types.get(RUNTIME)!;
    expect(client.pull().map(({ version }) => version)).toEqual([latest.version]);
  });

  it('ignores types that it does not serve', () => {
    const client = subscribed('type.googleapis.com/acme.Thing', 'a');
    client.set(buildSnapshot([cluster('a')]));
    expect(client.pull()).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { ResourceJson } from '../resource.ts';
import { buildSnapshot } from '../snapshot.ts';
import { cluster, edsCluster, endpoints, extension, HandClient, listener, route, summary } from '../testing.ts';
import { Client } from './client.ts';
import { CLUSTER, ENDPOINT, EXTENSION_CONFIG, LISTENER, ROUTE } from './resource-types.ts';
import { Session, type Variant } from './session.ts';

describe.each<Variant>(['sotw', 'delta'])('%s: a route moves from x to y', (variant) => {
  const gone = (name: string) => (variant === 'delta' ? ` -${name}` : '');

  function running(...resources: ResourceJson[]): HandClient {
    const client = new HandClient(variant);
    client.send(CLUSTER);
    client.send(LISTENER);
    client.send(ROUTE, { names: ['r'] });
    client.set(buildSnapshot([cluster('x'), listener('l'), route('r', 'x'), ...resources]));
    for (const response of client.pull()) client.ack(response);
    expect(client.pull()).toEqual([]);
    return client;
  }
  const moved = buildSnapshot([cluster('y'), listener('l'), route('r', 'y')]);

  it('y goes out first; the route waits for its ACK; x is removed after the ACK of the route', () => {
    const client = running();
    client.set(moved);
    const [clusters, ...more] = client.pull();
    expect(summary([clusters!])).toEqual([variant === 'sotw' ? 'cluster: x y' : 'cluster: y']);
    expect(more).toEqual([]);

    client.ack(clusters!);
    const [routes, ...others] = client.pull();
    expect(summary([routes!])).toEqual(['route: r']);
    expect(others).toEqual([]);

    expect(client.client.quiet).toBe(false);
    client.ack(routes!);
    const [removal] = client.pull();
    expect(summary([removal!])).toEqual([variant === 'sotw' ? 'cluster: y' : `cluster:${gone('x')}`]);
    client.ack(removal!);
    expect(client.pull()).toEqual([]);
    expect(client.client.quiet).toBe(true);
  });

  it('x stays as long as the client rejects the route', () => {
    const client = running();
    client.set(moved);
    client.ack(client.pull()[0]!);
    client.nack(client.pull()[0]!);
    expect(client.pull()).toEqual([]);
    client.set(buildSnapshot([cluster('y'), listener('l', 2), route('r', 'y')]));
    expect(summary(client.pull())).toEqual(['listener: l']);
  });

  it('the route waits for a y that the client rejects, but not for ever, and not beyond the next snapshot', () => {
    const client = running();
    client.set(moved);
    client.nack(client.pull()[0]!);
    expect(client.pull()).toEqual([]);
    expect(client.client.wakesAt(client.nowMs)).toBe(5000);
    client.nowMs = 5000;
    expect(summary(client.pull())).toEqual(['route: r']);

    const other = running();
    other.set(moved);
    other.nack(other.pull()[0]!);
    other.set(buildSnapshot([cluster('x'), listener('l', 2), route('r', 'x')]));
    expect(summary(other.pull()).at(-1)).toBe('listener: l');
  });

  it('a filter that the client has nothing of does not wait for y, in which it may stand; one that has changed does', () => {
    const client = running(extension('f'));
    client.send(EXTENSION_CONFIG, { names: ['f'] });
    for (const response of client.pull()) client.ack(response);
    const next = (value: string) =>
      buildSnapshot([
        cluster('x'),
        cluster('y'),
        listener('l'),
        route('r', 'x'),
        extension('f', value),
        extension('g'),
      ]);
    client.set(next('b'));
    const [clusters, ...more] = client.pull();
    expect(summary([clusters!])).toEqual([variant === 'sotw' ? 'cluster: x y' : 'cluster: y']);
    expect(more).toEqual([]);
    client.send(EXTENSION_CONFIG, { names: variant === 'sotw' ? ['f', 'g'] : ['g'] });
    expect(summary(client.pull())).toEqual(['extension: f g']);
  });

  it('the route waits for the endpoints of y, which never wait themselves', () => {
    const client = running();
    client.send(ENDPOINT, { names: [] });
    client.set(buildSnapshot([edsCluster('y', 'e'), endpoints('e'), listener('l'), route('r', 'y')]));
    const [clusters] = client.pull();
    client.ack(clusters!);
    expect(client.pull()).toEqual([]);
    client.send(ENDPOINT, { names: ['e'] });
    const [assignment, ...more] = client.pull();
    expect(summary([assignment!])).toEqual(['endpoint: e']);
    expect(more).toEqual([]);
    client.ack(assignment!);
    expect(summary(client.pull())).toEqual(['route: r']);
  });

  it('a changed cluster makes nothing wait: the client has the one before', () => {
    const client = running();
    client.set(buildSnapshot([cluster('x', 2), listener('l'), route('r', 'x'), route('s', 'x')]));
    client.send(ROUTE, { names: variant === 'sotw' ? ['r', 's'] : ['s'] });
    expect(summary(client.pull())).toEqual(['cluster: x', 'route: s']);
  });

  it('works across streams of one node, each with its own type', () => {
    const shared = new Client({ newClusterWaitMs: 5000, resumeWaitMs: 1000 });
    const clusters = new HandClient(variant, shared);
    const routes = new HandClient(variant, shared);
    clusters.send(CLUSTER);
    routes.send(ROUTE, { names: ['r'] });
    shared.setTarget(buildSnapshot([cluster('x'), route('r', 'x')]));
    for (const client of [clusters, routes]) for (const response of client.pull()) client.ack(response);

    shared.setTarget(buildSnapshot([cluster('y'), route('r', 'y')]));
    expect(routes.pull()).toEqual([]);
    const [added] = clusters.pull();
    clusters.ack(added!);
    const [rerouted] = routes.pull();
    expect(clusters.pull()).toEqual([]);
    routes.ack(rerouted!);
    expect(summary(clusters.pull())).toEqual([variant === 'sotw' ? 'cluster: y' : `cluster:${gone('x')}`]);
  });

  it('a stream that ends takes what it waited for with it', () => {
    const shared = new Client({ newClusterWaitMs: 5000, resumeWaitMs: 1000 });
    const clusters = new Session(variant, shared, 'a');
    const routes = new HandClient(variant, shared);
    clusters.receive(
      { typeUrl: CLUSTER, nonce: '', names: [], unsubscribe: [], initialVersions: {}, resumes: false },
      new Date(0),
    );
    routes.send(ROUTE, { names: ['r'] });
    shared.setTarget(buildSnapshot([route('r', 'x')]));
    for (const response of routes.pull()) routes.ack(response);
    shared.setTarget(buildSnapshot([cluster('y'), route('r', 'y')]));
    expect(clusters.pull(routes.nowMs)).toBeDefined();
    expect(routes.pull()).toEqual([]);
    clusters.close();
    expect(summary(routes.pull())).toEqual(['route: r']);
  });
});

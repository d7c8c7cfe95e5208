import { expect, it } from 'vitest';
import { encodeResource } from './resource.ts';
import { buildSnapshot } from './snapshot.ts';
import { SnapshotCache } from './snapshot-cache.ts';
import { cluster, edsCluster, endpoints, route, runtime } from './testing.ts';

const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';

it('equal content has equal versions, whatever the order it was given in', () => {
  const one = buildSnapshot([cluster('a'), cluster('b'), route('r', 'a')]);
  const other = buildSnapshot([route('r', 'a'), { name: 'b', connect_timeout: '1s', '@type': CLUSTER }, cluster('a')]);
  expect([...one.types].map(([typeUrl, { version }]) => [typeUrl, version]).sort()).toEqual(
    [...other.types].map(([typeUrl, { version }]) => [typeUrl, version]).sort(),
  );
  expect(one.types.get(CLUSTER)!.version).not.toBe(buildSnapshot([cluster('a')]).types.get(CLUSTER)!.version);
  expect(one.types.get(CLUSTER)!.version).not.toBe(
    buildSnapshot([cluster('a'), cluster('b', 2)]).types.get(CLUSTER)!.version,
  );
});

it('versions are those of every other process', () => {
  expect(encodeResource(runtime('r')).version).toBe('5832c995e7b72472');
});

it('encodes an object once, and takes what is already encoded', () => {
  const json = cluster('a');
  const encoded = encodeResource(json);
  expect(encodeResource(json)).toBe(encoded);
  expect(buildSnapshot([encoded]).types.get(CLUSTER)!.resources.get('a')).toBe(encoded);
});

it('knows the endpoints that a cluster asks for', () => {
  expect(encodeResource(edsCluster('a', 'b')).endpointsName).toBe('b');
  expect(encodeResource({ ...cluster('a'), type: 'EDS' }).endpointsName).toBe('a');
  expect(encodeResource(cluster('a')).endpointsName).toBeUndefined();
  expect(encodeResource(endpoints('b')).name).toBe('b');
});

it('refuses what cannot be served', () => {
  expect(() => buildSnapshot([cluster('a'), cluster('a', 2)])).toThrow('"a" is there twice');
  expect(() => encodeResource({ '@type': CLUSTER })).toThrow('name must be a name');
  expect(() => encodeResource({ '@type': 'type.googleapis.com/envoy.config.route.v3.Route' })).toThrow(
    'not delivered by xDS',
  );
  expect(() => encodeResource({ '@type': CLUSTER, nam: 'a' })).toThrow('did you mean name?');
});

it('the cache tells of every change of a group, before set returns', () => {
  const cache = new SnapshotCache();
  const told: string[] = [];
  const unwatch = cache.watch((group) => told.push(`${group} ${cache.get(group) ? 'set' : 'cleared'}`));
  cache.set('g', buildSnapshot([]));
  cache.clear('g');
  cache.clear('g');
  unwatch();
  cache.set('h', buildSnapshot([]));
  expect(told).toEqual(['g set', 'g cleared']);
});

import { expect, it } from 'vitest';
import { encodeWithTtl } from '../resource.ts';
import { buildSnapshot } from '../snapshot.ts';
import { cluster, HandClient, runtime, summary } from '../testing.ts';
import { Client } from './client.ts';
import { CLUSTER, RUNTIME } from './resource-types.ts';
import type { Variant } from './session.ts';

const TTL_MS = 30_000;
const mortal = (value: number, ttlMs = TTL_MS) => buildSnapshot([encodeWithTtl(runtime('r', value), ttlMs)]);
const newClient = () => new Client({ newClusterWaitMs: 5000, resumeWaitMs: 1000 });

/** Subscribed to `r`, which it has acknowledged. */
function subscriber(variant: Variant, resourceInSotw = true): HandClient {
  const hand = new HandClient(variant, newClient(), { resourceInSotw });
  hand.set(mortal(1));
  hand.send(RUNTIME, { names: ['r'] });
  for (const response of hand.pull()) hand.ack(response);
  return hand;
}

it.each<Variant>(['sotw', 'delta'])('%s: a heartbeat goes out at each third of the time to live', (variant) => {
  const hand = subscriber(variant);
  expect(hand.client.wakesAt(hand.nowMs)).toBe(TTL_MS / 3);
  hand.nowMs = TTL_MS / 3 - 1;
  expect(hand.pull()).toEqual([]);
  hand.nowMs = TTL_MS / 3;
  const [heartbeat, ...others] = hand.pull();
  expect(others).toEqual([]);
  // State of the world renews by the resource itself, because Envoy loses a runtime layer that is only named.
  expect(heartbeat!.heartbeat).toBe(variant === 'delta' ? true : undefined);
  expect(heartbeat).toMatchObject({ version: hand.session.channel(RUNTIME)!.acks.ackedVersion });
  expect(heartbeat!.resources.map(({ name }) => name)).toEqual(['r']);
  hand.ack(heartbeat!);
  expect(hand.client.wakesAt(hand.nowMs)).toBe((2 * TTL_MS) / 3);
});

it.each<Variant>(['sotw', 'delta'])('%s: what is sent anyway needs no heartbeat', (variant) => {
  const hand = subscriber(variant);
  hand.nowMs = TTL_MS / 3;
  hand.set(mortal(2));
  const [response, ...others] = hand.pull();
  expect(others).toEqual([]);
  expect(response!.heartbeat).toBeUndefined();
});

it.each<Variant>(['sotw', 'delta'])(
  '%s: another time to live is sent once, with the resource; none ends it',
  (variant) => {
    const hand = subscriber(variant);
    const { ackedVersion } = hand.session.channel(RUNTIME)!.acks;
    for (const next of [mortal(1, 60_000), buildSnapshot([runtime('r', 1)])]) {
      hand.set(next);
      const responses = hand.pull();
      expect(summary(responses)).toEqual(['runtime: r']);
      expect(responses[0]).toMatchObject({ version: ackedVersion });
      expect(responses[0]!.heartbeat).toBeUndefined();
      hand.ack(responses[0]!);
    }
    expect(hand.client.wakesAt(hand.nowMs)).toBeUndefined();
    hand.nowMs = 10 * TTL_MS;
    expect(hand.pull()).toEqual([]);
  },
);

it('a state-of-the-world client that does not take Resource gets neither time to live nor heartbeats', () => {
  const hand = subscriber('sotw', false);
  expect(hand.client.wakesAt(hand.nowMs)).toBeUndefined();
  hand.set(mortal(1, 60_000));
  hand.nowMs = 10 * TTL_MS;
  expect(hand.pull()).toEqual([]);
});

it('what the client brings from an earlier stream is renewed at once', () => {
  const snapshot = mortal(1);
  const { version } = snapshot.types.get(RUNTIME)!.resources.get('r')!;
  const hand = new HandClient('delta', newClient());
  hand.set(snapshot);
  hand.send(RUNTIME, { names: ['r'], initialVersions: { r: version }, resumes: true });
  expect(hand.pull()).toMatchObject([{ heartbeat: true }]);
});

it.each<Variant>(['sotw', 'delta'])(
  '%s: no heartbeat for what was rejected, or is subscribed to no more',
  (variant) => {
    const rejecting = subscriber(variant);
    rejecting.set(mortal(2));
    rejecting.nack(rejecting.pull()[0]!);
    rejecting.nowMs = TTL_MS;
    expect(rejecting.pull()).toEqual([]);

    const leaving = subscriber(variant);
    leaving.send(RUNTIME, variant === 'sotw' ? { names: [] } : { unsubscribe: ['r'] });
    leaving.nowMs = TTL_MS;
    expect(leaving.pull()).toEqual([]);
    expect(leaving.client.wakesAt(leaving.nowMs)).toBeUndefined();
  },
);

it('state of the world: clusters are renewed with all of their type, because what is left out is deleted', () => {
  const hand = new HandClient('sotw', newClient(), { resourceInSotw: true });
  hand.set(buildSnapshot([encodeWithTtl(cluster('a'), TTL_MS), cluster('b')]));
  hand.send(CLUSTER);
  hand.ack(hand.pull()[0]!);
  hand.nowMs = TTL_MS / 3;
  const responses = hand.pull();
  expect(summary(responses)).toEqual(['cluster: a b']);
  expect(responses[0]!.heartbeat).toBeUndefined();
});

it('the time to live is no part of the version', () => {
  const versions = [mortal(1), mortal(1, 60_000), buildSnapshot([runtime('r', 1)])].map(
    ({ types }) => types.get(RUNTIME)!,
  );
  expect(new Set(versions.map(({ version }) => version)).size).toBe(1);
  expect(() => encodeWithTtl(runtime('r'), 0)).toThrow('whole milliseconds');
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CLUSTER, ROUTE, RUNTIME } from '../protocol/resource-types.ts';
import type { Variant } from '../protocol/session.ts';
import { encodeWithTtl } from '../resource.ts';
import { buildSnapshot } from '../snapshot.ts';
import { cluster, HandClient, route, runtime } from '../testing.ts';
import { ConnectedClient } from './connected-client.ts';
import { type GrpcStream, XdsStream } from './stream.ts';

/** What is due goes out, also when its moment comes while a flush is at work, between one look at the clock and the next. */

const NEW_CLUSTER_WAIT_MS = 5000;
const NODE = { id: 'n', cluster: '', userAgent: '', userAgentVersion: '', metadata: {}, clientFeatures: [] };

let nowMs = 0;
/** From one look at the clock to the next. */
let stepMs = 0;
beforeEach(() => {
  [nowMs, stepMs] = [0, 0];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(performance, 'now').mockImplementation(() => {
    nowMs += stepMs;
    return nowMs;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function connect(variant: Variant) {
  const hand = new HandClient(variant, undefined, { resourceInSotw: true });
  const connected = new ConnectedClient('key', NODE, 'group', hand.client);
  let written = 0;
  const write = (_bytes: unknown, done: () => void) => {
    written++;
    done();
  };
  const call = { getPeer: () => '', write } as unknown as GrpcStream;
  connected.streams.add(new XdsStream(call, hand.session, connected));
  return { hand, connected, written: () => written };
}

/** A flush that looks at the clock just before the moment, and next just after it; then only timers. */
function flushAcross(momentMs: number, connected: ConnectedClient): void {
  nowMs = momentMs - 1.5;
  stepMs = 1;
  connected.flush();
  vi.advanceTimersByTime(10);
}

it.each<Variant>(['sotw', 'delta'])('%s: a heartbeat', (variant) => {
  const { hand, connected, written } = connect(variant);
  hand.set(buildSnapshot([encodeWithTtl(runtime('r'), 900)]));
  hand.send(RUNTIME, { names: ['r'] });
  connected.flush();
  expect(written()).toBe(1);
  flushAcross(300, connected);
  expect(written()).toBe(2);
});

it.each<Variant>(['sotw', 'delta'])('%s: a route that has waited long enough for a new cluster', (variant) => {
  const { hand, connected, written } = connect(variant);
  hand.set(buildSnapshot([cluster('x'), route('r', 'x')]));
  hand.send(CLUSTER);
  hand.send(ROUTE, { names: ['r'] });
  connected.flush();
  hand.set(buildSnapshot([cluster('x'), cluster('y'), route('r', 'y')]));
  connected.flush();
  // The route waits for the answer to the new cluster, which does not come.
  expect(written()).toBe(3);
  flushAcross(NEW_CLUSTER_WAIT_MS, connected);
  expect(written()).toBe(4);
});

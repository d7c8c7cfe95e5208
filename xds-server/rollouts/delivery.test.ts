import { expect, it } from 'vitest';
import { type ClientStatus, RUNTIME } from '../xds/index.ts';
import { Delivery } from './delivery.ts';
import { UsersBySide } from './users-by-side.ts';

const MINUTE_MS = 60_000;

function clientOf(node: string, has: Partial<ClientStatus> = {}): ClientStatus {
  const types = { runtime: { typeUrl: RUNTIME, wildcard: false, names: ['shadowplane'], ackedVersion: '1' } };
  return { node, upToDate: true, metadata: {}, types, ...has } as unknown as ClientStatus;
}

function world() {
  const clients = new Map<string, ClientStatus>();
  const listeners = new Map<string, (client: ClientStatus) => void>();
  const at = { nowMs: 0 };
  const delivery = new Delivery(() => at.nowMs);
  const xds = {
    clients: () => [...clients.values()],
    on: (name: string, listener: (client: never) => void) => void listeners.set(name, listener as () => void),
  } as Parameters<Delivery['follow']>[0];
  return {
    at,
    delivery,
    xds,
    set(node: string, has: Partial<ClientStatus> = {}) {
      const client = clientOf(node, has);
      clients.set(node, client);
      listeners.get('connect')?.(client);
    },
    leave(node: string) {
      const client = clients.get(node)!;
      clients.delete(node);
      listeners.get('disconnect')?.(client);
    },
  };
}

it('is done when every Envoy has all that is served, shares above all', () => {
  const { delivery, xds, set } = world();
  delivery.follow(xds);
  expect(delivery.report()).toEqual({ acked: 0, of: 0, waitingFor: 'no Envoy is connected' });
  set('edge-1');
  set('edge-2', { upToDate: false });
  const waitingFor = 'edge-2 has not acknowledged what is served';
  expect(delivery.report()).toEqual({ acked: 1, of: 2, waitingFor });
  // It has come a moment ago, and has not asked for shares yet.
  set('edge-2', { types: {} });
  expect(delivery.report()).toEqual({ acked: 1, of: 2, waitingFor });
  set('edge-2');
  expect(delivery.report()).toEqual({ acked: 2, of: 2, waitingFor: null });
  // It has no shares, and never asks for any.
  set('way-out', { types: {}, upToDate: false, metadata: { shadowplane: { egress: 'v2' } } });
  expect(delivery.report()).toEqual({ acked: 2, of: 2, waitingFor: null });
});

it('is held up by an Envoy that has left, until it is back or taken for shut down', () => {
  const { at, delivery, xds, set, leave } = world();
  delivery.follow(xds);
  set('edge-1');
  set('edge-2');
  leave('edge-2');
  at.nowMs = 4 * MINUTE_MS;
  expect(delivery.report().waitingFor).toBe('edge-2 is not connected; taken for shut down in 6 min');
  set('edge-2');
  expect(delivery.report().waitingFor).toBeNull();
  leave('edge-2');
  at.nowMs = 13 * MINUTE_MS;
  expect(delivery.report().waitingFor).not.toBeNull();
  at.nowMs = 14 * MINUTE_MS;
  expect(delivery.report().waitingFor).toBeNull();
});

it('is held up by who was here before a restart', () => {
  const { delivery, xds, set } = world();
  const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS).toISOString();
  delivery.follow(xds, [
    { node: 'edge-1', since: ago(0) },
    { node: 'scaled-down', since: ago(20) },
  ]);
  expect(delivery.report().waitingFor).toMatch(/^edge-1 is not connected/);
  set('edge-1');
  expect(delivery.report()).toEqual({ acked: 1, of: 1, waitingFor: null });
});

it('finds who would lead users to a cluster that is not there, and who has not said', () => {
  const { delivery, xds, set } = world();
  const has = new Map<string, boolean | undefined>();
  delivery.follow(xds, [], ({ node }, cluster, service) => {
    expect([cluster, service]).toEqual(['orders/users/v2', 'v2']);
    return has.get(node);
  });
  const without = () => delivery.without('orders/users/v2', 'v2');
  expect(without()).toBeUndefined();
  set('edge-1');
  expect(without()).toMatchObject({ isSure: false, why: expect.stringContaining('edge-1 has sent no statistics') });
  has.set('edge-1', true);
  expect(without()).toBeUndefined();
  set('edge-2');
  set('edge-3');
  has.set('edge-3', false);
  expect(without()).toMatchObject({
    isSure: true,
    why: expect.stringMatching(/^edge-3 has no cluster .*would get 503/),
  });
});

it('an Envoy of whose users nothing is heard holds up a step; ways out have none', () => {
  const { at, delivery, xds, set, leave } = world();
  const users = new UsersBySide({ sinceMs: 0 });
  const silent = () => delivery.silent((node, nowMs) => users.tells(node, nowMs))?.why;
  const report = (node: string) => users.report({ node, atMs: at.nowMs, values: new Map() });
  delivery.follow(xds);
  expect(silent()).toBeUndefined();
  set('edge-1');
  set('edge-2');
  set('way-out', { metadata: { shadowplane: { egress: 'v2' } } });
  report('edge-1');
  expect(silent()).toBe('edge-2 sends no statistics, so how its users fare is not known');
  report('edge-2');
  expect(silent()).toBeUndefined();
  users.gone('edge-2');
  expect(silent()).toMatch(/^edge-2/);
  leave('edge-2');
  at.nowMs = MINUTE_MS;
  expect(silent()).toBeUndefined();
  at.nowMs = 3 * MINUTE_MS;
  expect(silent()).toMatch(/^edge-1/);
});

it('two Envoys of one name hold up a step: each would count what the other had counted before', () => {
  const { delivery, xds, set } = world();
  const twins = ['edge', 'edge'].map((node) => clientOf(node));
  delivery.follow({ ...xds, clients: () => twins });
  expect(delivery.report().waitingFor).toMatch(/^two Envoys call themselves edge/);
  delivery.follow(xds);
  set('edge');
  expect(delivery.report().waitingFor).toBeNull();
});

import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { EnvoyEvent } from './api/index.ts';
import { envoysOf } from './envoys.ts';
import { CLUSTER, type ClientStatus, RUNTIME } from './xds/index.ts';

const at = new Date('2026-01-02T03:04:05Z');
const ASKED = { wildcard: false, names: [] };
const client: ClientStatus = {
  node: 'edge-1',
  cluster: 'shadowplane',
  group: 'default',
  peer: '127.0.0.1:1',
  userAgent: 'envoy',
  userAgentVersion: '1.40.0',
  connectedSince: at,
  upToDate: false,
  types: {
    runtime: { typeUrl: RUNTIME, ...ASKED, sentVersion: 'v2', ackedVersion: 'v1' },
    cluster: {
      typeUrl: CLUSTER,
      ...ASKED,
      sentVersion: 'v9',
      lastRejection: { version: 'v9', message: 'bad address', at },
    },
  },
};

const PROGRESS = { revision: 7, behindSince: at.toISOString(), rejectedRevision: null };
const DETAILS = { setup: { listener: 'ours', streams: 'ads' }, problems: [], unseen: [], copies: null } as const;

function server() {
  const events = new EventEmitter();
  const on = (name: string, listener: (event: unknown) => void) => void events.on(name, listener);
  return {
    events,
    envoys: envoysOf({ clients: () => [client], on: on as never }, () => ({ ...PROGRESS, ...DETAILS })),
  };
}

describe('the Envoys as the API shows them', () => {
  it('are listed with what was sent and acknowledged, under the names of the documentation', () => {
    expect(server().envoys.list()).toEqual([
      {
        node: 'edge-1',
        version: '1.40.0',
        connectedSince: '2026-01-02T03:04:05.000Z',
        types: { RTDS: { sent: 'v2', acked: 'v1' }, CDS: { sent: 'v9', acked: null } },
        lastRejection: { type: 'CDS', message: 'bad address', at: '2026-01-02T03:04:05.000Z' },
        ...PROGRESS,
        ...DETAILS,
      },
    ]);
  });

  it('tell what happens to them until nobody listens any more', () => {
    const { events, envoys } = server();
    const seen: EnvoyEvent[] = [];
    const stop = envoys.onEvent((event) => seen.push(event));
    events.emit('connect', client);
    events.emit('ack', { node: 'edge-1', typeUrl: RUNTIME, version: 'v2' });
    events.emit('nack', { node: 'edge-1', typeUrl: CLUSTER, version: 'v9', message: 'bad address' });
    events.emit('disconnect', client);
    stop();
    events.emit('connect', client);
    expect(seen).toEqual([
      { kind: 'connected', node: 'edge-1' },
      { kind: 'acked', node: 'edge-1', type: 'RTDS', version: 'v2' },
      { kind: 'rejected', node: 'edge-1', type: 'CDS', version: 'v9', message: 'bad address' },
      { kind: 'disconnected', node: 'edge-1' },
    ]);
  });

  it('that were refused are shown, newest first and so many, until they are served', () => {
    const { events, envoys } = server();
    const seen: EnvoyEvent[] = [];
    envoys.onEvent((event) => seen.push(event));
    const refuse = (node: string) => events.emit('refuse', { node, peer: '10.0.0.9:1', reason: 'not listed' });
    refuse('edge-1');
    refuse('edge-2');
    refuse('edge-1');
    expect(seen[0]).toEqual({ kind: 'refused', node: 'edge-1', message: 'not listed', from: '10.0.0.9:1' });
    expect(envoys.refused!().map(({ node, times }) => [node, times])).toEqual([
      ['edge-1', 2],
      ['edge-2', 1],
    ]);
    events.emit('connect', client);
    expect(envoys.refused!().map(({ node }) => node)).toEqual(['edge-2']);
    for (let count = 0; count < 100; count += 1) refuse(`invented-${count}${'x'.repeat(10_000)}`);
    expect(envoys.refused!()).toHaveLength(20);
    expect(envoys.refused!()[0]!.node).toMatch(/^invented-99x+$/);
    expect(envoys.refused!()[0]!.node).toHaveLength(256);
  });
});

import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RevisionsInUse } from './revisions-in-use.ts';
import { CLUSTER, type ClientStatus, LISTENER, type Snapshot } from './xds/index.ts';

const T0 = new Date('2026-01-02T03:04:05Z');
let events: EventEmitter;
let clients: ClientStatus[];
let settled: number[];
let inUse: RevisionsInUse;

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
  events = new EventEmitter();
  clients = [];
  settled = [];
  inUse = new RevisionsInUse({ onSettled: (revision) => settled.push(revision) });
  inUse.serve(1, snapshot('a'), () => {});
  inUse.follow({ clients: () => clients, on: ((name: string, on: () => void) => events.on(name, on)) as never });
});
afterEach(() => {
  inUse.close();
  vi.useRealTimers();
});

const edge: ClientStatus = {
  node: 'edge-1',
  cluster: '',
  group: 'default',
  peer: '',
  userAgent: 'envoy',
  userAgentVersion: '1.40.0',
  connectedSince: T0,
  upToDate: true,
  types: { listener: { typeUrl: LISTENER, wildcard: true, names: [], ackedVersion: 'a' } },
};
const behind: ClientStatus = { ...edge, upToDate: false };

function snapshot(clusters: string): Map<string, Snapshot> {
  const types = new Map([[CLUSTER, { version: clusters, resources: new Map(), mortal: [] }]]);
  return new Map([['default', { types }]]);
}

function connect(...now: ClientStatus[]): void {
  clients = now;
  for (const client of now) events.emit('connect', client);
}

it('says what an Envoy works with, and since when it is behind', () => {
  connect(behind);
  expect(inUse.of(behind)).toMatchObject({ revision: null, behindSince: T0.toISOString() });
  connect(edge);
  expect(inUse.of(edge)).toEqual({ revision: 1, behindSince: null, rejectedRevision: null });
  const later = new Date(T0.getTime() + 60_000);
  vi.setSystemTime(later);
  inUse.serve(2, snapshot('b'), () => {
    clients = [behind];
  });
  vi.setSystemTime(later.getTime() + 60_000);
  inUse.serve(3, snapshot('c'), () => {});
  expect(inUse.of(behind)).toMatchObject({ revision: 1, behindSince: later.toISOString() });
  expect(inUse.of(edge)).toMatchObject({ revision: 3, behindSince: null });
});

it('notes what an Envoy had when the next revision comes right after', () => {
  connect(edge);
  inUse.serve(2, snapshot('b'), () => {
    clients = [behind];
  });
  expect(inUse.of(behind).revision).toBe(1);
});

it('says which revision brought what was rejected, until the Envoy is gone', () => {
  connect(edge);
  inUse.serve(2, snapshot('bad'), () => {});
  inUse.serve(3, snapshot('bad'), () => {});
  events.emit('nack', { node: 'edge-1', typeUrl: CLUSTER, version: 'bad', message: 'no' });
  inUse.serve(4, snapshot('a'), () => {});
  expect(inUse.of(edge).rejectedRevision).toEqual({ revision: 2, type: 'CDS', message: 'no', at: T0.toISOString() });
  events.emit('disconnect', edge);
  expect(inUse.of(edge).rejectedRevision).toBeNull();
});

it('takes a revision for settled once all Envoys have had it for a second without further news', () => {
  connect(edge, { ...edge, node: 'edge-2' });
  vi.advanceTimersByTime(900);
  events.emit('ack');
  vi.advanceTimersByTime(900);
  expect(settled).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(settled).toEqual([1]);
});

it.each<[string, ClientStatus[]]>([
  ['there is no Envoy', []],
  ['one of them is behind', [edge, behind]],
  [
    'it has asked for clusters alone so far',
    [{ ...edge, types: { cluster: { typeUrl: CLUSTER, wildcard: true, names: [], ackedVersion: 'a' } } }],
  ],
])('takes none for settled while %s', (_, now) => {
  connect(...now);
  events.emit('ack');
  vi.advanceTimersByTime(60_000);
  expect(settled).toEqual([]);
});

import Fastify from 'fastify';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { steadyMs } from '../../clock/index.ts';
import { addFilterMetrics, filterRoutes, type HeardVm, VmKeeper } from './index.ts';
import type { FilterEvent } from './vm-keeper.ts';

let nowMs: number;
let vms: HeardVm[];
let generations: unknown[];
let events: FilterEvent[];
let keeper: VmKeeper;

/** Began ten seconds ago, as all of them do. */
const vm = (vmId: string, state: HeardVm['state'], lastBatchAtMs: number): HeardVm => ({
  vmId,
  node: 'edge-1',
  role: 'primary',
  state,
  firstBatchAtMs: nowMs - 10_000,
  lastBatchAtMs,
});

beforeEach(() => {
  nowMs = 100_000;
  vms = [vm('main', 'alive', nowMs), vm('worker', 'alive', nowMs)];
  generations = [];
  events = [];
  keeper = new VmKeeper({ heard: () => vms, onRevive: (made) => generations.push(made), now: () => nowMs });
  keeper.onEvent((event) => events.push(event));
});
afterEach(() => keeper.close());

/** The worker's machine falls silent, and it is looked. */
function die(): void {
  nowMs += 10_000;
  vms = [vm('main', 'alive', nowMs), vm('worker', 'silent', nowMs - 7_501)];
  keeper.look();
}

const primary = () => keeper.list()[0];

it('a machine that falls silent is made anew, and that is told', () => {
  keeper.look();
  expect([generations, events, keeper.notes()]).toEqual([[], [], []]);
  die();
  expect(generations).toEqual([{ primary: 1, shadow: 0 }]);
  expect(events).toMatchObject([
    { kind: 'died', role: 'primary', nodes: ['edge-1'], reason: 'it sends no more answers, while others of it do' },
    { kind: 'revived', role: 'primary' },
  ]);
  expect(primary()).toMatchObject({ state: 'running', deaths: 1, revivals: 1, deadSince: null, reviveAt: null });
  expect(keeper.notes()).toEqual([
    expect.stringMatching(/^edge-1: the filter \(primary\) died once, .*brought back once\.$/),
  ]);
});

it('a machine that requests pass by is made anew, without anything captured', () => {
  vms = [];
  for (let second = 0; second < 10; second += 1) {
    nowMs += 1_000;
    const values = new Map([
      ['vhost.any.route.orders.upstream_rq_total', 100 * second],
      ['wasmcustom.shadowplane.skipped.mirror.orders.cause.method', 100 * Math.min(second, 5)],
    ]);
    keeper.report({ node: 'edge-2', atMs: nowMs, values });
    keeper.look();
  }
  expect(generations).toEqual([{ primary: 1, shadow: 0 }]);
  expect(events[0]).toMatchObject({ kind: 'died', nodes: ['edge-2'] });
});

it('waits before it is made anew again, and in the end leaves it off until somebody asks', () => {
  die();
  die();
  expect(primary()).toMatchObject({ state: 'dead', reviveAt: new Date(nowMs + 10_000).toISOString() });
  for (let round = 0; round < 60; round += 1) die();
  expect(primary()).toMatchObject({ state: 'off', revivals: 4, deaths: 5 });
  expect(keeper.notes()[0]).toMatch(/died 5 times.*it stays off/);
  expect(generations).toHaveLength(4);
  keeper.revive('primary');
  expect(generations.at(-1)).toEqual({ primary: 5, shadow: 0 });
  expect(primary()).toMatchObject({ state: 'running' });
});

it('misses no machine where nothing is to be mirrored, and counts anew with each policy', () => {
  const report = (second: number) => {
    nowMs += 1_000;
    const values = new Map([
      ['vhost.any.route.orders.upstream_rq_total', 100 * second],
      ['wasmcustom.shadowplane.skipped.mirror.orders.cause.method', 50],
    ]);
    keeper.report({ node: 'edge-2', atMs: nowMs, values });
    keeper.look();
  };
  vms = [];
  keeper.follow({ mirroring: 'off' });
  for (let second = 1; second < 20; second += 1) report(second);
  expect(generations).toEqual([]);
  keeper.follow({ mirroring: 'on' });
  for (let second = 20; second < 24; second += 1) report(second);
  expect(generations).toEqual([]);
  for (let second = 24; second < 30; second += 1) report(second);
  expect(generations).toHaveLength(1);
});

it('goes on where the one before it ended', () => {
  const saved: string[] = [];
  const begin = (before?: string) => {
    keeper.close();
    keeper = new VmKeeper({
      heard: () => vms,
      onRevive: (made) => generations.push(made),
      now: () => nowMs,
      kept: { before: before && JSON.parse(before), save: (state) => saved.push(JSON.stringify(state)) },
    });
    keeper.onEvent((event) => events.push(event));
  };
  nowMs = steadyMs();
  begin();
  expect(keeper.generations()).toEqual({ primary: 0, shadow: 0 });
  die();
  begin(saved.at(-1));
  expect(keeper.generations()).toEqual({ primary: 1, shadow: 0 });
  expect(keeper.list()).toMatchObject([
    { state: 'running', deaths: 1, revivals: 1 },
    { deaths: 0, revivals: 0 },
  ]);
  expect(keeper.notes()).toHaveLength(1);

  // One that is known to be dead is brought back when it is due, though nobody hears that it is silent any more.
  die();
  begin(saved.at(-1));
  expect(primary()).toMatchObject({ state: 'dead', deaths: 2 });
  vms = [];
  nowMs += 10_000;
  keeper.look();
  expect(generations.at(-1)).toEqual({ primary: 2, shadow: 0 });

  for (let round = 0; round < 60; round += 1) die();
  expect(primary()).toMatchObject({ state: 'off' });
  begin(saved.at(-1));
  expect(primary()).toMatchObject({ state: 'off' });
  die();
  expect(primary()).toMatchObject({ state: 'off', revivals: 4 });
  expect(keeper.generations()).toEqual({ primary: 4, shadow: 0 });
});

it.each([{ primary: 1 }, { primary: { revivedAt: ['once'] } }, []])(
  'begins anew after what it cannot read: %j',
  (before) => {
    keeper.close();
    keeper = new VmKeeper({ onRevive: () => {}, kept: { before, save: () => {} } });
    expect(keeper.generations()).toEqual({ primary: 0, shadow: 0 });
  },
);

it('says no more of a death that is a day ago', () => {
  die();
  nowMs += 24 * 3_600_000;
  expect(keeper.notes()).toHaveLength(1);
  nowMs += 1_000;
  expect(keeper.notes()).toEqual([]);
});

it('answers for itself', async () => {
  const registry = new Registry();
  addFilterMetrics(registry, keeper);
  const app = Fastify();
  await app.register(filterRoutes(keeper));
  die();
  expect((await app.inject('/filter')).json().items).toEqual(keeper.list());
  expect(
    (await app.inject({ method: 'POST', url: '/filter/revive', payload: { role: 'shadow' } })).json(),
  ).toMatchObject({
    items: [{ revivals: 1 }, { revivals: 1, deaths: 0 }],
  });
  expect((await app.inject({ method: 'POST', url: '/filter/revive', payload: { role: 'x' } })).statusCode).toBe(500);
  const metrics = await registry.metrics();
  expect(metrics).toContain('shadowplane_filter_events_total{role="primary",kind="died"} 1');
  expect(metrics).toContain('shadowplane_filter_up{role="primary"} 1');
  await app.close();
});

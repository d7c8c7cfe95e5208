import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { steadyMs } from '../../clock/index.ts';
import { parsePolicy } from '../policy/index.ts';
import type { Histogram } from '../stats/index.ts';
import { type BrakeState, next, RELEASED } from './brake-state.ts';
import { type BrakeEvent, Brakes } from './brakes.ts';

const MIB = 2 ** 20;
const finding = { what: 'errors', reason: 'they fail' } as const;

describe('the state', () => {
  const CALM_MS = 60_000;
  /** Looks every 5 s; gives what happened, in seconds. */
  function run(seconds: number, look: (second: number) => { bad?: boolean; full?: boolean }) {
    let state: BrakeState = RELEASED;
    const happened: Array<[number, string]> = [];
    for (let second = 0; second <= seconds; second += 5) {
      const { bad = false, full = false } = look(second);
      const found = full ? ({ what: 'memory', reason: 'full' } as const) : finding;
      const isBad = (bad || full) && !state.on;
      const done = next(state, {
        finding: isBad ? found : undefined,
        isFull: full,
        calmMs: CALM_MS,
        nowMs: second * 1_000,
      });
      state = done.state;
      if (done.happened) happened.push([second, done.happened]);
    }
    return happened;
  }

  it('two looks in a row stop copies, one is chance', () => {
    expect(run(100, (second) => ({ bad: second === 20 || second === 30 }))).toEqual([]);
    expect(run(40, (second) => ({ bad: second >= 20 }))).toEqual([[25, 'on']]);
  });

  it('after a calm time it is tried again; each stop of a day doubles it, up to eight times', () => {
    expect(run(1_700, () => ({ bad: true }))).toEqual([
      [5, 'on'],
      [65, 'released'],
      [75, 'on'],
      [195, 'released'],
      [205, 'on'],
      [445, 'released'],
      [455, 'on'],
      [935, 'released'],
      [945, 'on'],
      [1_425, 'released'],
      [1_435, 'on'],
    ]);
  });

  it('calm begins when the memory is back', () => {
    expect(run(300, (second) => ({ full: second < 100 }))).toEqual([
      [5, 'on'],
      [155, 'released'],
    ]);
  });
});

describe('the brakes', () => {
  let nowMs: number;
  let brakes: Brakes;
  let events: BrakeEvent[];
  let changes: number;
  const policy = (mirror: object = {}) =>
    parsePolicy({
      services: { a: { address: '10.0.0.1:80' }, b: { address: 'b:80' } },
      mirrors: {
        orders: { match: { path: '/o' }, primary: 'a', shadow: 'b', sample: '50%', ...mirror },
        other: { match: { path: '/x' }, primary: 'a', shadow: 'b', sample: '50%', brake: 'off' },
      },
    }).policy;

  beforeEach(() => {
    nowMs = 1_000_000;
    events = [];
    changes = 0;
    brakes = new Brakes({ onChange: () => changes++, now: () => nowMs });
    brakes.onEvent((event) => events.push(event));
  });
  afterEach(() => brakes.close());

  const COPIED = 'vhost.any.route.orders/sample.upstream_rq';
  const LEFT_OUT = 'vhost.any.route.orders/sample/left-out.upstream_rq';
  const fast: Histogram = {
    count: 100,
    buckets: [
      { upTo: 10, count: 100 },
      { upTo: 500, count: 100 },
    ],
  };
  const slow: Histogram = {
    count: 100,
    buckets: [
      { upTo: 10, count: 80 },
      { upTo: 500, count: 100 },
    ],
  };

  /** A hundred requests a second in each arm; counters are since Envoy started. */
  function traffic(seconds: number, { from = 0, failing = 0, copied = fast, memory = 10 } = {}): void {
    for (let second = from + 1; second <= from + seconds; second += 1) {
      nowMs += 1_000;
      brakes.report({
        node: 'edge-1',
        atMs: nowMs,
        values: new Map([
          ['server.memory_allocated', memory * MIB],
          [`${COPIED}_completed`, 100 * second],
          [`${COPIED}_5xx`, failing * second],
          [`${LEFT_OUT}_completed`, 100 * second],
        ]),
        histograms: new Map([
          [`${COPIED}_time`, copied],
          [`${LEFT_OUT}_time`, fast],
        ]),
      });
      if (second % 5 === 0) brakes.look();
    }
  }

  it('leave alone what copying does not harm, and say what they have measured', () => {
    const served = policy();
    brakes.follow(served);
    traffic(30);
    expect([events, changes]).toEqual([[], 0]);
    expect(brakes.applied(served)).toBe(served);
    expect(brakes.of('orders')).toMatchObject({
      state: 'released',
      memoryBytes: 10 * MIB,
      bounds: { latencyIncrease: 0.5, errorIncrease: 0.01, memoryBytes: 2 ** 31, calmMs: 600_000 },
      measured: [
        { decision: 'orders/sample', copied: { requests: 2_900, errors: 0 }, others: { requests: 2_900 }, from: 'now' },
      ],
    });
    expect(brakes.of('nothing')).toBeUndefined();
  });

  it.each([
    ['errors', { failing: 10 }, {}, 'orders/sample: of requests that are copied 10.0% fail'],
    ['latency', { copied: slow }, {}, 'orders/sample: the 99th percentile'],
    ['memory', { memory: 65 }, { brake: { memory: '64MiB' } }, 'Envoy has 65 MiB allocated; the bound is 64 MiB'],
  ])('stop copies of a mirror and of no other: %s', (_, given, mirror, reason) => {
    const served = policy(mirror);
    brakes.follow(served);
    traffic(20, given);
    expect(events).toEqual([{ mirror: 'orders', kind: 'on', reason: expect.stringContaining(reason) }]);
    expect(changes).toBe(1);
    expect(brakes.applied(served).mirrors.map(({ name, paused }) => [name, paused])).toEqual([
      ['orders', true],
      ['other', false],
    ]);
    expect(brakes.applied(served)).toBe(brakes.applied(served));
    expect(brakes.notes()).toEqual([expect.stringMatching(/^orders: nothing is copied, the brake is on/)]);
    expect(brakes.stopped()).toEqual(['orders']);
  });

  it('try again after a calm time, or when somebody asks', () => {
    brakes.follow(policy({ brake: { calm: '1m' } }));
    traffic(20, { failing: 10 });
    expect(brakes.of('orders')).toMatchObject({ state: 'on', stops: 1 });
    traffic(70, { from: 20, failing: 0 });
    expect(events.map(({ kind }) => kind)).toEqual(['on', 'released']);
    traffic(40, { from: 90, failing: 20 });
    expect(events.map(({ kind }) => kind)).toEqual(['on', 'released', 'on']);
    expect(brakes.release('orders')).toBe(true);
    expect(brakes.release('orders')).toBe(false);
    expect(brakes.of('orders')).toMatchObject({ state: 'released', stops: 0 });
  });

  it('go on where those before them ended', () => {
    const saved: unknown[] = [];
    const begin = (before?: unknown) => {
      brakes.close();
      const kept = { before, save: (state: unknown) => saved.push(JSON.parse(JSON.stringify(state))) };
      brakes = new Brakes({ onChange: () => changes++, now: () => nowMs, kept });
      brakes.onEvent((event) => events.push(event));
    };
    nowMs = steadyMs();
    begin();
    const served = policy({ brake: { calm: '1m' } });
    brakes.follow(served);
    traffic(20, { failing: 10 });
    const { reason, stops } = brakes.of('orders')!;
    expect([saved.length, stops]).toEqual([1, 1]);

    begin(saved.at(-1));
    brakes.follow(served);
    expect(brakes.applied(served).mirrors.map(({ paused }) => paused)).toEqual([true, false]);
    expect(brakes.of('orders')).toMatchObject({ state: 'on', reason, stops: 1 });
    traffic(70);
    expect(events.map(({ kind }) => kind)).toEqual(['on', 'released']);

    begin(saved.at(-1));
    brakes.follow(served);
    expect(brakes.of('orders')).toMatchObject({ state: 'released', stops: 1 });
    traffic(20, { failing: 10 });
    const { since, releaseAt } = brakes.of('orders')!;
    expect(Date.parse(releaseAt!) - Date.parse(since!)).toBe(120_000);
    // By hand the count begins anew, and for a mirror without a brake as well.
    brakes.release('orders');
    expect(saved.at(-1)).toEqual({});
    traffic(20, { from: 20, failing: 10 });
    brakes.follow(policy({ brake: 'off' }));
    expect(saved.at(-1)).toEqual({});
  });

  it('where everything is copied, requests from before stand in for the others', () => {
    brakes.follow(policy());
    traffic(30);
    for (let second = 1; second <= 150; second += 1) {
      nowMs += 1_000;
      brakes.report({
        node: 'edge-1',
        atMs: nowMs,
        values: new Map([
          [`${COPIED}_completed`, 3_000 + 100 * second],
          [`${COPIED}_5xx`, 10 * second],
          [`${LEFT_OUT}_completed`, 3_000],
        ]),
      });
      if (second % 5 === 0) brakes.look();
    }
    expect(events).toMatchObject([{ kind: 'on', reason: expect.stringContaining('fail') }]);
    expect(brakes.of('orders')!.measured[0]).toMatchObject({ from: 'earlier' });
  });

  it('memory of an Envoy that mirrors nothing, such as a way out, is nothing to it', () => {
    brakes.follow(policy({ brake: { memory: '64MiB' } }));
    const tell = (name: string) => {
      expect(brakes.wants(name)).toBe(true);
      const values = new Map([
        [name, 1],
        ['server.memory_allocated', 65 * MIB],
      ]);
      for (let look = 0; look < 3; look += 1) {
        brakes.report({ node: 'way-out', atMs: nowMs, values });
        brakes.look();
      }
    };
    tell('server.memory_allocated');
    expect([events, brakes.of('orders')!.memoryBytes]).toEqual([[], null]);
    // By the user, in the filter: Envoy counts no decision.
    tell('vhost.any.route.orders.upstream_rq_completed');
    expect(events).toMatchObject([{ mirror: 'orders', kind: 'on' }]);
  });

  it('the same figures, looked at again, confirm nothing', () => {
    brakes.follow(policy({ brake: { memory: '64MiB' } }));
    const values = new Map([
      ['vhost.any.route.orders.upstream_rq_completed', 1],
      ['server.memory_allocated', 65 * MIB],
    ]);
    brakes.report({ node: 'edge-1', atMs: nowMs, values });
    for (let look = 0; look < 10; look += 1) brakes.look();
    expect(events).toEqual([]);
    brakes.report({ node: 'edge-1', atMs: nowMs, values });
    brakes.look();
    expect(events).toMatchObject([{ mirror: 'orders', kind: 'on' }]);
  });

  it('of a mirror that is deleted nothing is kept', () => {
    brakes.follow(policy());
    traffic(30);
    expect(brakes.of('orders')!.measured).toHaveLength(1);
    const served = policy();
    brakes.follow({ ...served, mirrors: served.mirrors.filter(({ name }) => name !== 'orders') });
    brakes.follow(served);
    expect(brakes.of('orders')!.measured).toEqual([]);
  });

  it('what is paused or wants no brake is not judged, and a brake that is taken off lets go', () => {
    brakes.follow(policy({ paused: true }));
    traffic(20, { failing: 50 });
    expect(events).toEqual([]);
    brakes.follow(policy());
    traffic(20, { from: 20, failing: 50 });
    expect(brakes.stopped()).toEqual(['orders']);
    const without = policy({ brake: 'off' });
    brakes.follow(without);
    expect(brakes.applied(without)).toBe(without);
    expect(brakes.of('orders')).toMatchObject({ state: 'off', bounds: null });
  });
});

import { afterEach, expect, it, vi } from 'vitest';
import { steadyMs } from '../../clock/index.ts';
import type { BrakeState } from './brake-state.ts';
import { fromKept, toKept } from './kept-brakes.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = steadyMs();
const stopped = (what: 'errors' | 'memory' = 'errors'): BrakeState => ({
  strikes: 0,
  stoppedAtMs: [NOW_MS - 5 * HOUR_MS, NOW_MS - HOUR_MS],
  on: { sinceMs: NOW_MS - HOUR_MS, releaseAtMs: NOW_MS + HOUR_MS, finding: { what, reason: 'they fail' } },
});
const kept = (state: BrakeState): unknown => JSON.parse(JSON.stringify(toKept(new Map([['orders', state]]))));

afterEach(() => {
  vi.useRealTimers();
});

it('gives back what was kept, without what is nothing to remember', () => {
  const states = new Map([
    ['orders', stopped()],
    ['stopped-once', { strikes: 1, stoppedAtMs: [NOW_MS - HOUR_MS] }],
    ['never', { strikes: 1, stoppedAtMs: [] }],
  ]);
  const restored = fromKept(JSON.parse(JSON.stringify(toKept(states))), NOW_MS);
  expect([...restored.keys()]).toEqual(['orders', 'stopped-once']);
  const { on, stoppedAtMs, strikes } = restored.get('orders')!;
  expect([on!.sinceMs, on!.releaseAtMs, ...stoppedAtMs].map((atMs) => Math.round((atMs - NOW_MS) / HOUR_MS))).toEqual([
    -1, 1, -5, -1,
  ]);
  expect([on!.finding, strikes]).toEqual([{ what: 'errors', reason: 'they fail' }, 0]);
  expect(restored.get('stopped-once')).toMatchObject({ strikes: 0, stoppedAtMs: [expect.any(Number)] });
});

it('where the clock was set back meanwhile, copies are stopped no longer than they were to be', () => {
  const before = kept(stopped());
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 24 * HOUR_MS });
  const { on, stoppedAtMs } = fromKept(before, NOW_MS).get('orders')!;
  expect([on!.sinceMs, on!.releaseAtMs, ...stoppedAtMs]).toEqual([NOW_MS, NOW_MS + 2 * HOUR_MS, NOW_MS, NOW_MS]);
});

it('where it was set forward, or much time has passed, they are due', () => {
  const before = kept(stopped());
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24 * HOUR_MS });
  expect(fromKept(before, NOW_MS).get('orders')!.on!.releaseAtMs).toBeLessThan(NOW_MS);
});

it('after too much memory the whole calm begins, since nobody has watched', () => {
  expect(fromKept(kept(stopped('memory')), NOW_MS).get('orders')!.on!.releaseAtMs).toBe(NOW_MS + 2 * HOUR_MS);
});

it.each([
  ['nothing', undefined],
  ['another shape', ['orders']],
  ['no times', { orders: { stops: ['yesterday'] } }],
])('begins released with %s', (_, before) => {
  expect(fromKept(before, NOW_MS)).toEqual(new Map());
});

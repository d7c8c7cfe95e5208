/** The clock of the machine may be set, forward or back: nothing dies of that, and nothing dies unnoticed. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { steadyMs } from '../../clock/index.ts';
import { type HeardVm, VmKeeper } from './index.ts';

let startMs: number;
let keeper: VmKeeper;
let vms: HeardVm[];

const vm = (vmId: string, state: HeardVm['state'], silentForMs: number): HeardVm => ({
  vmId,
  node: 'edge-1',
  role: 'primary',
  state,
  firstBatchAtMs: startMs - 60_000,
  lastBatchAtMs: startMs - silentForMs,
});

beforeEach(() => {
  startMs = steadyMs();
});
afterEach(() => {
  keeper.close();
  vi.useRealTimers();
});

it.each([3_600_000, -3_600_000])('by %d ms', (jumpMs) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + jumpMs });
  keeper = new VmKeeper({ heard: () => vms, onRevive: () => {} });
  vms = [vm('main', 'alive', 0), vm('worker', 'silent', 6_000)];
  keeper.look();
  expect(keeper.list()[0]).toMatchObject({ deaths: 0 });
  vms = [vm('main', 'alive', 0), vm('worker', 'silent', 9_000)];
  keeper.look();
  const { deaths, last } = keeper.list()[0]!;
  expect(deaths).toBe(1);
  // For people: by the clock as it is set.
  expect(Math.abs(Date.parse(last!.at) - Date.now())).toBeLessThan(10_000);
});

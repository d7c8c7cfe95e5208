import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { Tallies } from '../tally/index.ts';
import { aCompared } from '../tally/testing.ts';
import { createLiveMetrics } from './index.ts';

it("shows Envoy's count of the copies, mismatches of the current epoch, and whether counts are kept", async () => {
  const tallies = new Tallies();
  tallies.count(aCompared({ version: 'v2', candidate: ['value /a'] }));
  for (const candidate of [['value /a'], [], ['value /noise']]) {
    tallies.count(aCompared({ version: 'v3', atMs: 120_000, candidate, control: ['value /noise'] }));
  }
  const registry = new Registry();
  let nowMs = 10_000;
  createLiveMetrics(registry, {
    mirrors: () => ['orders', 'quiet'],
    tally: (name) => tallies.mirror(name),
    mirroredOf: (name, role) => (name === 'orders' ? { candidate: 5, control: 4, primary: 0 }[role] : undefined),
    storeStatus: () => ({ lastWrittenAtMs: undefined, pendingRows: 3, failing: new Error('no disk') }),
    now: () => nowMs,
  });
  nowMs += 7_000;
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toEqual([
    'shadowplane_compare_mirrored_copies{mirror="orders",role="candidate"} 5',
    'shadowplane_compare_mirrored_copies{mirror="orders",role="control"} 4',
    'shadowplane_compare_mismatched_pairs{mirror="orders"} 1',
    'shadowplane_compare_pairs{mirror="orders"} 3',
    'shadowplane_compare_store_pending_rows 3',
    'shadowplane_compare_store_failing 1',
    'shadowplane_compare_store_lag_seconds 7',
  ]);
});

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What needs a real browser or containers. */
const BROWSER_AND_CONTAINERS = ['test/browser/**/*.test.ts', 'test/compose/**/*.test.ts'];

/** What counts seconds or bytes of a whole machine: beside another load it would find something else. */
const ALONE = [
  'test/control-plane/**/*.test.ts',
  'test/envoy/budgets.test.ts',
  'test/envoy/filter-death.test.ts',
  'test/envoy/stalled-shadow.test.ts',
  'test/faults/**/*.test.ts',
];

const COMMON = {
  globalSetup: ['filter/global-setup.ts'],
  setupFiles: ['test/support/patience.ts'],
  expect: { poll: { timeout: 15_000 } },
};

/** Two beside each other, because they wait more than they work. */
const SYSTEM = { sequence: { groupOrder: 1 }, maxWorkers: 2, testTimeout: 120_000, hookTimeout: 180_000 };

/**
 * Four projects: first `unit` (beside the code, no Envoy), in parallel; then `whole` (browser, containers) and `system`
 * (real Envoy), two files at a time; at last `alone`, which measures, one file at a time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...COMMON,
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['node_modules/**', 'dist/**', 'test/**'],
          // One less is vitest's own default, which on two cores is one after the other.
          maxWorkers: availableParallelism(),
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { ...COMMON, ...SYSTEM, name: 'whole', include: BROWSER_AND_CONTAINERS } },
      {
        test: {
          ...COMMON,
          ...SYSTEM,
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: [...BROWSER_AND_CONTAINERS, ...ALONE],
          // Tests that say that they are concurrent only wait for what others do.
          maxConcurrency: 16,
        },
      },
      {
        test: {
          ...COMMON,
          name: 'alone',
          include: ALONE,
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});

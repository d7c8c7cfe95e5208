import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What needs a real browser or containers. */
const BROWSER_AND_CONTAINERS = ['test/browser/**/*.test.ts', 'test/compose/**/*.test.ts'];

const COMMON = {
  globalSetup: ['filter/global-setup.ts'],
  setupFiles: ['test/support/patience.ts'],
  expect: { poll: { timeout: 15_000 } },
};

/** Two beside each other, because they wait more than they work. */
const SYSTEM = { sequence: { groupOrder: 1 }, maxWorkers: 2, testTimeout: 120_000, hookTimeout: 180_000 };

/**
 * Three projects: first `unit` (beside the code, no Envoy), on all cores; then `whole` (browser, containers) and `system`
 * (real Envoy), two files beside each other, whichever they are. None of them measures: that is for `bench/`.
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
          exclude: BROWSER_AND_CONTAINERS,
          // Tests that say that they are concurrent only wait for what others do.
          maxConcurrency: 16,
        },
      },
    ],
  },
});

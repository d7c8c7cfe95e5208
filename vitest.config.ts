import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What needs a real browser or containers, waits more than it works, and measures nothing. */
const BESIDE_EACH_OTHER = ['test/browser/**/*.test.ts', 'test/compose/**/*.test.ts'];

/**
 * Three projects: `unit` (beside the code, no Envoy) and `whole` (browser, containers) run in parallel; `system` (real Envoy,
 * load) runs one file at a time, because two loads on one machine falsify each other.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: ['filter/global-setup.ts'],
          include: ['**/*.test.ts'],
          exclude: ['node_modules/**', 'dist/**', 'test/**'],
          // One less is vitest's own default, which on two cores is one after the other.
          maxWorkers: availableParallelism(),
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'whole',
          globalSetup: ['filter/global-setup.ts'],
          include: BESIDE_EACH_OTHER,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'system',
          globalSetup: ['filter/global-setup.ts'],
          include: ['test/**/*.test.ts'],
          exclude: BESIDE_EACH_OTHER,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});

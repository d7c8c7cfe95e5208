import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Two projects: `unit` (beside the code, no Envoy) runs in parallel; `system` (real Envoy, Docker, load) runs one file
 * at a time, because two loads on one machine falsify each other.
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
          name: 'system',
          globalSetup: ['filter/global-setup.ts'],
          include: ['test/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});

/**
 * Runs before every test file: `vi.waitFor` waits as long for a condition that comes late on a busy machine as everything
 * else does here; vitest's own second is short, and cannot be configured.
 */
import { vi } from 'vitest';

const PATIENCE_MS = 15_000;

const { waitFor } = vi;
// Files that share a process share this, too.
if (waitFor.name !== 'patientWaitFor') {
  vi.waitFor = function patientWaitFor(callback, options = {}) {
    return waitFor(callback, {
      timeout: PATIENCE_MS,
      ...(typeof options === 'number' ? { timeout: options } : options),
    });
  };
}

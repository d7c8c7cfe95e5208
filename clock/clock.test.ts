import { afterEach, expect, it, vi } from 'vitest';
import { dateOf, steadyMs, steadyOf } from './index.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('goes on where the clock of the machine is set, and says what that one says', () => {
  const before = steadyMs();
  vi.useFakeTimers({ toFake: ['Date'], now: before - 3_600_000 });
  const now = steadyMs();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now - before).toBeLessThan(10_000);
  expect(Math.abs(dateOf(now).getTime() - Date.now())).toBeLessThanOrEqual(1_000);
  expect(steadyOf(dateOf(now + 5_000.5))).toBeCloseTo(now + 5_000, -1);
});

import { expect, test } from 'vitest';
import { busyBetween, parseStat, waitForCalm } from './calm.ts';

const STAT = 'cpu  100 5 50 800 20 3 2 20 7 0\ncpu0 50 2 25 400 10 1 1 10 3 0\nintr 1\n';

test('the share of all cores that worked between two readings', () => {
  const before = parseStat(STAT);
  expect(before).toEqual({ idle: 820, total: 1000 });
  expect(busyBetween(before, { idle: 895, total: 1100 })).toBe(0.25);
  expect(busyBetween(before, before)).toBe(0);
  expect(() => parseStat('intr 1\n')).toThrow('/proc/stat');
});

test.runIf(process.platform === 'linux')('waiting is bounded, and any machine is calm at a share of 1', async () => {
  expect(await waitForCalm({ busyShare: 1, atMostMs: 0 })).toBe(true);
  expect(await waitForCalm({ busyShare: -1, atMostMs: 0 })).toBe(false);
});

import { expect, test } from 'vitest';
import { parseSchedstat, readThreadTimes, usedMicroseconds } from './process-cpu.ts';

test('reads the time on a CPU and refuses what is no schedstat line', () => {
  expect(parseSchedstat('284986629 30567 7\n')).toBe(284_986_629);
  expect(() => parseSchedstat('')).toThrow('not a schedstat line');
});

test('sums the threads of both readings, in microseconds', () => {
  const before = new Map([
    ['1', 5_000],
    ['2', 7_000],
  ]);
  const after = new Map([
    ['1', 25_000],
    ['3', 3_000],
  ]);
  expect(usedMicroseconds(before, after)).toBe(23);
});

test.runIf(process.platform === 'linux')('work of this process shows in its own CPU time', () => {
  const before = readThreadTimes(process.pid);
  const until = process.cpuUsage().user + 50_000;
  let sum = 0;
  while (process.cpuUsage().user < until) sum += Math.sqrt(sum + 1);
  expect(usedMicroseconds(before, readThreadTimes(process.pid))).toBeGreaterThan(40_000);
});

import { expect, test } from 'vitest';
import { elapsedMicroseconds, parseSchedstat, readThreadTimes } from './process-cpu.ts';

test('reads the times and refuses what is no schedstat line', () => {
  expect(parseSchedstat('284986629 30567 7\n')).toEqual({ onCpu: 284_986_629, waiting: 30_567 });
  expect(() => parseSchedstat('')).toThrow('not a schedstat line');
});

test('sums the threads of both readings, in microseconds', () => {
  const before = new Map([
    ['1', { onCpu: 5_000, waiting: 1_000 }],
    ['2', { onCpu: 7_000, waiting: 1_000 }],
  ]);
  const after = new Map([
    ['1', { onCpu: 25_000, waiting: 3_000 }],
    ['3', { onCpu: 3_000, waiting: 500 }],
  ]);
  expect(elapsedMicroseconds(before, after)).toEqual({ onCpu: 23, waiting: 2.5 });
});

test.runIf(process.platform === 'linux')('work of this process shows in its own CPU time', () => {
  const before = readThreadTimes(process.pid);
  const until = process.cpuUsage().user + 50_000;
  let sum = 0;
  while (process.cpuUsage().user < until) sum += Math.sqrt(sum + 1);
  expect(elapsedMicroseconds(before, readThreadTimes(process.pid)).onCpu).toBeGreaterThan(40_000);
});

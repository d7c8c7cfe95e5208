import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time that a process of this Linux machine has used, user and system, all threads. Unlike wall time it hardly
 * changes when other work shares the machine.
 */

/** Nanoseconds on a CPU per thread, from `/proc/PID/task/TID/schedstat`: exact, where `/proc/PID/stat` counts 10 ms ticks. */
export type ThreadTimes = ReadonlyMap<string, number>;

export function readThreadTimes(pid: number): ThreadTimes {
  const times = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      times.set(thread, parseSchedstat(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')));
    } catch (error) {
      // A thread may end between the listing and the reading.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return times;
}

/** First field of a schedstat line: nanoseconds spent on a CPU. */
export function parseSchedstat(text: string): number {
  const [onCpu] = text.split(' ');
  const value = Number(onCpu);
  if (!onCpu || !Number.isFinite(value)) throw new Error(`not a schedstat line: ${JSON.stringify(text)}`);
  return value;
}

/** Microseconds used between two readings. A thread that ended in between is not in it, one that began is. */
export function usedMicroseconds(before: ThreadTimes, after: ThreadTimes): number {
  let nanoseconds = 0;
  for (const [thread, time] of after) nanoseconds += time - (before.get(thread) ?? 0);
  return nanoseconds / 1000;
}

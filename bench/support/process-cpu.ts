import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time that a process of this Linux machine has used, user and system, all threads. Unlike wall time it hardly
 * changes when other work shares the machine.
 */

/** What the kernel counted for one thread, in nanoseconds. */
export interface ThreadTime {
  readonly onCpu: number;
  /** Ready to run, but something else had the CPU. */
  readonly waiting: number;
}

/** By thread, from `/proc/PID/task/TID/schedstat`: exact, where `/proc/PID/stat` counts ticks of 10 ms. */
export type ThreadTimes = ReadonlyMap<string, ThreadTime>;

export function readThreadTimes(pid: number): ThreadTimes {
  const times = new Map<string, ThreadTime>();
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

/** A schedstat line: nanoseconds on a CPU, nanoseconds waiting for one, time slices. */
export function parseSchedstat(text: string): ThreadTime {
  const [, onCpu, waiting] = /^(\d+) (\d+) \d+\s*$/.exec(text) ?? [];
  if (!onCpu || !waiting) throw new Error(`not a schedstat line: ${JSON.stringify(text)}`);
  return { onCpu: Number(onCpu), waiting: Number(waiting) };
}

/** Microseconds between two readings, summed over threads. One that ended in between is not in it, one that began is. */
export function elapsedMicroseconds(
  before: ThreadTimes,
  after: ThreadTimes,
): { readonly onCpu: number; readonly waiting: number } {
  const total = { onCpu: 0, waiting: 0 };
  for (const [thread, time] of after) {
    total.onCpu += (time.onCpu - (before.get(thread)?.onCpu ?? 0)) / 1000;
    total.waiting += (time.waiting - (before.get(thread)?.waiting ?? 0)) / 1000;
  }
  return total;
}

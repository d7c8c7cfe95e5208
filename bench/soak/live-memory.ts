import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What `startWholeStack` has to load for it. */
export const HEAP_PROBE = new URL('./heap-probe.js', import.meta.url);

const ANSWER_WITHIN_MS = 30_000;

/** Heaps and buffers of all threads of a process with the probe, after a collection. */
export async function liveMiB(child: ChildProcess): Promise<number> {
  const answered = once(child, 'message', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  child.send('how much?');
  const [{ liveBytes }] = (await answered) as [{ liveBytes: number }];
  return liveBytes / 1_048_576;
}

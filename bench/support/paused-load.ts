import { type ChildProcess, spawn } from 'node:child_process';
import { type Load, wrkArguments } from './wrk.ts';

/**
 * A load that waits with all its connections open until it is let run, as often and as shortly as one likes. So variants
 * can take turns within a fraction of a second: what slows a machine down for a second slows them all. Whether requests
 * failed is for who counts them at the other end.
 */
export interface PausedLoad {
  resume(): void;
  /** What is under way is still answered. */
  pause(): void;
  end(): Promise<void>;
}

/** Far longer than any benchmark; `end` is what ends it. */
const SECONDS = 24 * 3600;

/** They end with this process. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the load, and it runs: pause it when its connections are open. */
export function startPausedLoad(load: Omit<Load, 'seconds'>): PausedLoad {
  const command = ['-c', String(load.core), 'wrk', ...wrkArguments({ ...load, seconds: SECONDS })];
  const child = spawn('taskset', command, { stdio: 'ignore' });
  running.add(child);
  const over = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  }).finally(() => running.delete(child));
  // Asked for at the end.
  over.catch(() => undefined);
  return {
    resume: () => void child.kill('SIGCONT'),
    pause: () => void child.kill('SIGSTOP'),
    end: async () => {
      child.kill('SIGKILL');
      await over;
    },
  };
}

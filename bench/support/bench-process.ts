import { execFile, fork } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * A part of a benchmark in a process of its own, so that its CPU time can be told from that of the rest. It says
 * `{ address }` once it listens and answers every message with its counts so far.
 */
export interface BenchProcess {
  readonly pid: number;
  readonly address: string;
  counts(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** @param core Absent: any. */
export async function startBenchProcess(script: URL, core?: number): Promise<BenchProcess> {
  const child = fork(script, { stdio: 'inherit' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const next = () =>
    new Promise<unknown>((resolve, reject) => {
      child.once('message', resolve);
      void ended.then(() => reject(new Error(`${script.pathname} ended`)));
    });
  const { address } = (await next()) as { address: string };
  if (core !== undefined) await run('taskset', ['-a', '-c', '-p', String(core), String(child.pid)]);
  return {
    pid: child.pid!,
    address,
    counts: () => {
      const answer = next() as Promise<Record<string, number>>;
      child.send('counts');
      return answer;
    },
    stop: async () => {
      process.off('exit', kill);
      kill();
      await ended;
    },
  };
}

import type { Worker } from 'node:worker_threads';
import { steadyMs } from '../../clock/index.ts';
import { startThread } from '../../threads/index.ts';
import {
  type ComparisonSettings,
  type PackedResult,
  packJob,
  type Task,
  type TaskOutcome,
  type ToWorker,
} from './job.ts';
import { unpackResult } from './result-packing.ts';

/**
 * Compares in worker threads, off the event loop. What waits is bounded by number and bytes: `submit` refuses what is
 * beyond. Every task that was accepted ends exactly once, also when its thread dies or does not finish in time; the
 * thread is then replaced.
 */
export interface DiffPoolOptions {
  /** Default 1. */
  readonly workers?: number;
  /** Tasks that wait or are being compared. Default 20,000. */
  readonly maxTasks?: number;
  /** Of their halves. Default 128 MiB. */
  readonly maxBytes?: number;
  /** A job that takes longer is given up. Default 30 s. */
  readonly jobTimeoutMs?: number;
  /** Results in the order of the tasks of one job; jobs may overtake each other. */
  readonly onDone: (done: ReadonlyArray<readonly [Task, TaskOutcome]>) => void;
  /** A thread has died or was given up; its tasks were done as not comparable. */
  readonly onThreadLost?: (cause: Error) => void;
}

interface RunningJob {
  readonly tasks: readonly Task[];
  readonly startedAtMs: number;
}

interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, RunningJob>;
}

const TASKS_OF_A_JOB = 64;
const BYTES_OF_A_JOB = 2 ** 20;
/** While one is compared the next is on its way. */
const JOBS_OF_A_THREAD = 2;
const HEAP_OF_A_THREAD_MB = 512;

export class DiffPool {
  readonly #options: Required<Omit<DiffPoolOptions, 'onThreadLost'>> & Pick<DiffPoolOptions, 'onThreadLost'>;
  readonly #threads: Thread[] = [];
  #settings: ReadonlyMap<string, ComparisonSettings> = new Map();
  #waiting: Task[] = [];
  #tasks = 0;
  #bytes = 0;
  #lastJob = 0;
  #scheduled = false;
  #closed = false;

  constructor(options: DiffPoolOptions) {
    this.#options = { workers: 1, maxTasks: 20_000, maxBytes: 2 ** 27, jobTimeoutMs: 30_000, ...options };
    for (let count = 0; count < this.#options.workers; count += 1) this.#threads.push(this.#start());
  }

  /** Tasks that wait or are being compared. */
  get tasks(): number {
    return this.#tasks;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** For all jobs that are sent from now on. */
  use(settings: ReadonlyMap<string, ComparisonSettings>): void {
    this.#settings = settings;
    for (const { worker } of this.#threads) worker.postMessage({ settings } satisfies ToWorker);
  }

  /** False, and nothing happens, when there is no room. */
  submit(task: Task): boolean {
    const bytes = bytesOf(task);
    const { maxTasks, maxBytes } = this.#options;
    if (this.#closed || this.#tasks >= maxTasks || this.#bytes + bytes > maxBytes) return false;
    this.#tasks += 1;
    this.#bytes += bytes;
    this.#waiting.push(task);
    // Once for all that this turn of the event loop brings: a job of many costs less than many jobs.
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#send();
      });
    }
    return true;
  }

  /** Gives up jobs that take too long, by the steady clock. */
  advance(nowMs: number): void {
    for (const thread of this.#threads) {
      for (const { startedAtMs } of thread.jobs.values()) {
        if (nowMs - startedAtMs <= this.#options.jobTimeoutMs) continue;
        this.#replace(thread, new Error(`a comparison took more than ${this.#options.jobTimeoutMs} ms`));
        break;
      }
    }
  }

  /** Ends the threads; what was not compared is done as not comparable. */
  async close(): Promise<void> {
    this.#closed = true;
    const threads = this.#threads.splice(0);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
    for (const thread of threads) this.#fail(thread);
    this.#finish(this.#waiting.splice(0).map((task) => [task, FAILED]));
  }

  #start(): Thread {
    const worker = startThread(new URL('./diff-worker.ts', import.meta.url), {
      name: 'shadowplane-diff',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_OF_A_THREAD_MB },
    });
    const thread: Thread = { worker, jobs: new Map() };
    worker.on('message', (packed: PackedResult) => this.#receive(thread, packed));
    worker.on('error', (cause) => this.#replace(thread, cause));
    worker.on('exit', (code) => this.#replace(thread, new Error(`a comparing thread ended with ${code}`)));
    worker.postMessage({ settings: this.#settings } satisfies ToWorker);
    worker.unref();
    return thread;
  }

  #receive(thread: Thread, packed: PackedResult): void {
    const running = thread.jobs.get(packed.job);
    if (!running) return;
    thread.jobs.delete(packed.job);
    const { outcomes } = unpackResult(packed);
    this.#finish(running.tasks.map((task, index) => [task, outcomes[index] ?? FAILED]));
    this.#send();
  }

  #send(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#leastBusy();
      if (!thread) return;
      const tasks = this.#nextTasks();
      this.#lastJob += 1;
      const work = packJob(this.#lastJob, tasks);
      thread.jobs.set(work.job, { tasks, startedAtMs: steadyMs() });
      thread.worker.postMessage({ work } satisfies ToWorker, [
        work.bytes.buffer,
        work.lengths.buffer as ArrayBuffer,
        work.names.buffer as ArrayBuffer,
      ]);
    }
  }

  #leastBusy(): Thread | undefined {
    let best: Thread | undefined;
    for (const thread of this.#threads) {
      if (thread.jobs.size < (best?.jobs.size ?? JOBS_OF_A_THREAD)) best = thread;
    }
    return best;
  }

  #nextTasks(): Task[] {
    let count = 0;
    let bytes = 0;
    for (const task of this.#waiting) {
      bytes += bytesOf(task);
      if (count >= TASKS_OF_A_JOB || (count > 0 && bytes > BYTES_OF_A_JOB)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #replace(thread: Thread, cause: Error): void {
    const at = this.#threads.indexOf(thread);
    if (at < 0) return;
    // Whatever killed it may kill the next one: only tasks end with a thread, and each of them only once.
    this.#threads.splice(at, 1);
    void thread.worker.terminate();
    this.#fail(thread);
    this.#options.onThreadLost?.(cause);
    if (this.#closed) return;
    setTimeout(() => {
      if (this.#closed) return;
      this.#threads.push(this.#start());
      this.#send();
    }, RESTART_AFTER_MS).unref();
  }

  #fail({ jobs }: Thread): void {
    for (const { tasks } of jobs.values()) this.#finish(tasks.map((task) => [task, FAILED]));
    jobs.clear();
  }

  #finish(done: ReadonlyArray<readonly [Task, TaskOutcome]>): void {
    for (const [task] of done) {
      this.#tasks -= 1;
      this.#bytes -= bytesOf(task);
    }
    if (done.length > 0) this.#options.onDone(done);
  }
}

const FAILED: TaskOutcome = { outcome: 'not_comparable' };
/** A thread that cannot start at all must not be started in a loop. */
const RESTART_AFTER_MS = 200;

export function bytesOf({ joined }: Task): number {
  const { primary, candidate, control } = joined;
  return primary.encoded.length + candidate.encoded.length + (control?.encoded.length ?? 0);
}

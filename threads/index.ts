import { setEnvironmentData, Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a file of this package in a worker thread, in a checkout from its source and in an installed package from what
 * was compiled. Arguments, environment and data are the script's alone.
 *
 * @param script the .ts file, as `new URL('./worker.ts', import.meta.url)`.
 */
export function startThread(script: URL, options: WorkerOptions = {}): Worker {
  // Flags of this process (an evaluated script, a loader) are not the worker's.
  const own = { ...options, execArgv: [] };
  if (import.meta.url.endsWith('.js')) return new Worker(new URL(script.href.replace(/\.ts$/, '.js')), own);
  // A worker gets a copy at its start; the query of its URL would not reach it.
  setEnvironmentData('shadowplane.thread.script', script.href);
  return new Worker(new URL('./from-source.js', import.meta.url), own);
}

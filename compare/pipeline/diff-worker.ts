import { parentPort } from 'node:worker_threads';
import { JobComparer } from './compare-job.ts';
import type { ToWorker } from './job.ts';
import { packResult } from './result-packing.ts';

/** A worker thread: compares the jobs it is sent, one after the other, and sends back their results. */
const comparer = new JobComparer();
const port = parentPort!;

port.on('message', (message: ToWorker) => {
  if ('settings' in message) {
    comparer.use(message.settings);
    return;
  }
  const result = packResult(comparer.compare(message.work, Date.now()));
  port.postMessage(result, [result.codes.buffer, result.arms.buffer]);
});

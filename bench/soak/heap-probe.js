/**
 * Loaded into the control plane by the soak alone (`node --import`), and into each of its threads: when asked, all of them
 * collect garbage and say what is left. What V8 and the allocator keep for later is no leak.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** For threads that are busy; who is for longer is left out. */
const ANSWER_WITHIN_MS = 1_000;
const threads = new BroadcastChannel('soak heap probe');
threads.unref();

function liveBytes() {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

if (isMainThread) {
  let total = 0;
  threads.onmessage = ({ data }) => {
    if (typeof data === 'number') total += data;
  };
  process.on('message', () => {
    total = liveBytes();
    threads.postMessage('how much?');
    setTimeout(() => process.send?.({ liveBytes: total }), ANSWER_WITHIN_MS).unref();
  });
  process.channel?.unref();
} else {
  threads.onmessage = ({ data }) => {
    if (typeof data === 'string') threads.postMessage(liveBytes());
  };
}

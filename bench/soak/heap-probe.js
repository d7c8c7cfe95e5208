/**
 * Loaded into the control plane by the soak alone (`node --import`): on request it collects garbage in every thread and says
 * what is left, which tells a leak from memory that V8 and the allocator keep for later.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collect = runInNewContext('gc');

/** Threads that are busy for longer are left out of a sample. */
const ANSWER_WITHIN_MS = 1_000;
const channel = new BroadcastChannel('soak heap probe');
channel.unref();

function live() {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return { thread: threadId, heapUsed, external };
}

if (isMainThread) {
  /** @type {Array<ReturnType<typeof live>>} */
  let answers = [];
  channel.onmessage = ({ data }) => {
    if (data.heapUsed !== undefined) answers.push(data);
  };
  process.on('message', () => {
    answers = [live()];
    channel.postMessage({ asks: true });
    setTimeout(() => process.send?.(answers), ANSWER_WITHIN_MS).unref();
  });
  process.channel?.unref();
} else {
  channel.onmessage = ({ data }) => {
    if (data.asks) channel.postMessage(live());
  };
}

import type { PolicyStore, StoredPolicy } from '../policy/index.ts';
import type { WaitForApplied } from './envoy-status.ts';

/** Envoy answers in milliseconds, or after it has waited for clusters to warm (15 s); later rejections are left to people. */
const WATCH_MS = 60_000;

/**
 * Takes back every revision that an Envoy rejects, whoever made it and whether or not anyone waits for the answer: else
 * the next, innocent change would be refused along with it. Returns the function that ends it.
 */
export function rollBackRejected(
  store: PolicyStore,
  waitForApplied: WaitForApplied,
  onError: (error: unknown) => void,
): () => void {
  const watch = async ({ revision, actor }: StoredPolicy): Promise<void> => {
    // What was good before is not taken back; that would go back and forth.
    if (actor === 'rollback') return;
    const { rejection } = await waitForApplied(revision, WATCH_MS);
    if (rejection && !ended) await store.revert(revision);
  };
  let ended = false;
  const stop = store.onChange((stored) => void watch(stored).catch(onError));
  return () => {
    ended = true;
    stop();
  };
}

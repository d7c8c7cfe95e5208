import { type PolicyStore, ROLLBACK_ACTOR, type StoredPolicy } from '../policy/index.ts';
import type { EnvoyStatusSource, WaitForApplied } from './envoy-status.ts';
import { explainRejection, refusedNote } from './explain-rejection.ts';

/** Envoy answers in milliseconds, or after it has waited for clusters to warm (15 s); later rejections are left to people. */
const WATCH_MS = 60_000;

export interface RollBackOptions {
  readonly store: PolicyStore;
  readonly envoys: EnvoyStatusSource;
  readonly waitForApplied: WaitForApplied;
  /** Whether that an Envoy refuses a certificate or key (SDS) can be the fault of this revision: else its files have changed. */
  readonly changesSecrets: (revision: number) => boolean;
  readonly onError: (error: unknown) => void;
}

/**
 * Takes back what an Envoy rejects, whoever made it and whether or not anyone waits for the answer: else the next,
 * innocent change would be refused along with it. Returns the function that ends it.
 *
 * A revision that was made while Envoys were connected is taken back alone. One that an Envoy meets when it connects, and
 * that none has ever had in use, gives way to the last that was, unless what is refused was in that, too: such an Envoy
 * may have no configuration at all.
 */
export function rollBackRejected({
  store,
  envoys,
  waitForApplied,
  changesSecrets,
  onError,
}: RollBackOptions): () => void {
  let ended = false;
  /** By node: what was current when it connected. Newer revisions are watched one by one. */
  const connectedAt = new Map<string, number>();

  const watch = async ({ revision, actor, document }: StoredPolicy): Promise<void> => {
    // What was good before is not taken back; that would go back and forth.
    if (actor === ROLLBACK_ACTOR) return;
    const { rejection } = await waitForApplied(revision, WATCH_MS);
    if (!rejection || ended) return;
    const { node, message } = rejection;
    await store.revert(revision, refusedNote(node, revision, explainRejection(message, document)));
  };

  const rejectedFromTheStart = async (node: string, type: string, message: string): Promise<void> => {
    const { revision, actor, acknowledgedAt, document } = store.current;
    if (actor === ROLLBACK_ACTOR || acknowledgedAt !== null || connectedAt.get(node) !== revision) return;
    if (type === 'SDS' && !changesSecrets(revision)) return;
    const introduced = envoys.list().find((envoy) => envoy.node === node)?.rejectedRevision?.revision;
    await store.rollBackToAcknowledged(refusedNote(node, revision, explainRejection(message, document)), introduced);
  };

  const stops = [
    store.onChange((stored) => void watch(stored).catch(onError)),
    envoys.onEvent(({ kind, node, type = '', message = '' }) => {
      if (kind === 'connected') connectedAt.set(node, store.current.revision);
      if (kind === 'disconnected') connectedAt.delete(node);
      if (kind === 'rejected') void rejectedFromTheStart(node, type, message).catch(onError);
    }),
  ];
  for (const { node, lastRejection } of envoys.list()) {
    connectedAt.set(node, store.current.revision);
    if (lastRejection) {
      void rejectedFromTheStart(node, lastRejection.type, lastRejection.message).catch(onError);
    }
  }
  return () => {
    ended = true;
    for (const stop of stops) stop();
  };
}

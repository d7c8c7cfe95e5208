import type { Snapshot } from './snapshot.ts';

/** Called with the group whose snapshot was set or cleared, before `set` or `clear` returns. */
export type SnapshotListener = (group: string) => void;

/** Which snapshot each group of clients shall have, now. */
export class SnapshotCache {
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #listeners = new Set<SnapshotListener>();

  set(group: string, snapshot: Snapshot): void {
    this.#snapshots.set(group, snapshot);
    this.#notify(group);
  }

  /** Clients of the group keep what they have and get nothing new until the next `set`. */
  clear(group: string): void {
    if (this.#snapshots.delete(group)) this.#notify(group);
  }

  get(group: string): Snapshot | undefined {
    return this.#snapshots.get(group);
  }

  /** @returns a function that ends the watch */
  watch(listener: SnapshotListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #notify(group: string): void {
    for (const listener of this.#listeners) listener(group);
  }
}

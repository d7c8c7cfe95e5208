import { KEYS, type Tables } from './tables.ts';

/** Rules are written when a user makes them; everything else comes in batches. */
export type BatchedTable = Exclude<keyof Tables, 'comparisonRules'>;

/** Rows that are new or have changed since they were last taken, each as it is now: written twice they do no harm. */
export type Changes = { readonly [table in BatchedTable]?: ReadonlyArray<Tables[table]> };

/**
 * Rows that wait to be written. A row that changes again while it waits is there once, in its newest form, so a store that
 * does not answer for an hour costs no more memory than the rows there are.
 */
export class PendingChanges {
  readonly #rows = new Map<BatchedTable, Map<string, object>>();

  get size(): number {
    let size = 0;
    for (const rows of this.#rows.values()) size += rows.size;
    return size;
  }

  add(changes: Changes): void {
    this.#merge(changes, true);
  }

  /** For rows whose writing has failed: what has come since is newer. */
  putBack(changes: Changes): void {
    this.#merge(changes, false);
  }

  takeAll(): Changes {
    const all = Object.fromEntries([...this.#rows].map(([table, rows]) => [table, [...rows.values()]]));
    this.#rows.clear();
    return all;
  }

  #merge(changes: Changes, replace: boolean): void {
    for (const [table, rows] of Object.entries(changes) as [BatchedTable, readonly object[]][]) {
      if (rows.length === 0) continue;
      const waiting = this.#rows.get(table) ?? new Map<string, object>();
      this.#rows.set(table, waiting);
      for (const row of rows) {
        const key = keyOf(table, row);
        if (replace || !waiting.has(key)) waiting.set(key, row);
      }
    }
  }
}

function keyOf(table: BatchedTable, row: object): string {
  return JSON.stringify(KEYS[table].map((column) => (row as Record<string, unknown>)[column]));
}

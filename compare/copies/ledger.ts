/** What one source has counted in all, although it counts from 0 again when it restarts. */
interface Entry {
  /** From before the last beginning at 0; negative where the beginning does not count. */
  base: number;
  last: number;
}

export class Ledger {
  readonly #entries = new Map<string, Entry>();

  /** Of a source that has counted before anybody looked: what it has now is its zero. */
  begin(values: ReadonlyMap<string, number>): void {
    for (const [key, value] of values) this.#entries.set(key, { base: -value, last: value });
  }

  /** The source counts from 0 again. */
  restart(): void {
    for (const entry of this.#entries.values()) {
      entry.base += entry.last;
      entry.last = 0;
    }
  }

  /**
   * Takes over what the source has now; a counter that is smaller than it was, or away, began at 0 in between.
   *
   * @returns the first parts of the keys that changed.
   */
  take(values: ReadonlyMap<string, number>): Set<string> {
    const changed = new Set<string>();
    for (const [key, value] of values) {
      const entry = this.#entries.get(key) ?? { base: 0, last: 0 };
      this.#entries.set(key, entry);
      if (value !== entry.last) changed.add(key.slice(0, key.indexOf('/')));
      if (value < entry.last) entry.base += entry.last;
      entry.last = value;
    }
    for (const [key, entry] of this.#entries) {
      if (values.has(key)) continue;
      entry.base += entry.last;
      entry.last = 0;
    }
    return changed;
  }

  get(key: string): number {
    const entry = this.#entries.get(key);
    return entry ? entry.base + entry.last : 0;
  }

  /** All counters below a prefix, by the rest of their names. */
  named(prefix: string): Record<string, number> {
    const found: Record<string, number> = {};
    for (const key of this.#entries.keys()) {
      if (key.startsWith(prefix)) found[key.slice(prefix.length)] = this.get(key);
    }
    return found;
  }

  absorb(other: Ledger): void {
    for (const key of other.#entries.keys()) {
      const entry = this.#entries.get(key) ?? { base: 0, last: 0 };
      entry.base += other.get(key);
      this.#entries.set(key, entry);
    }
  }
}

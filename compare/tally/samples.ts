/**
 * Whole exchanges, kept as examples: of every group the first, the latest and the most different ones. An exchange that
 * is an example of several groups is kept once. All together stay within `maxBytes`; beyond it the oldest go, those that
 * are the first of a group last.
 */
export interface Sampled {
  readonly id: string;
  readonly bytes: number;
}

interface Kept<S extends Sampled> {
  readonly sample: S;
  groups: number;
}

export class SampleShelf<S extends Sampled> {
  readonly #maxBytes: number;
  #bytes = 0;
  #evicted = 0;
  readonly #firsts = new Map<string, Kept<S>>();
  readonly #others = new Map<string, Kept<S>>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Samples that had to go for want of room. */
  get evicted(): number {
    return this.#evicted;
  }

  get(id: string): S | undefined {
    return (this.#firsts.get(id) ?? this.#others.get(id))?.sample;
  }

  take(sample: S, isFirst: boolean): void {
    const kept = this.#firsts.get(sample.id) ?? this.#others.get(sample.id);
    if (kept) {
      kept.groups += 1;
      if (isFirst && this.#others.delete(sample.id)) this.#firsts.set(sample.id, kept);
      return;
    }
    (isFirst ? this.#firsts : this.#others).set(sample.id, { sample, groups: 1 });
    this.#bytes += sample.bytes;
    for (const shelf of [this.#others, this.#firsts]) {
      for (const id of shelf.keys()) {
        if (this.#bytes <= this.#maxBytes) return;
        this.#remove(shelf, id);
        this.#evicted += 1;
      }
    }
  }

  /** A group no longer needs it. */
  release(id: string): void {
    for (const shelf of [this.#firsts, this.#others]) {
      const kept = shelf.get(id);
      if (!kept) continue;
      kept.groups -= 1;
      if (kept.groups === 0) this.#remove(shelf, id);
    }
  }

  #remove(shelf: Map<string, Kept<S>>, id: string): void {
    this.#bytes -= shelf.get(id)?.sample.bytes ?? 0;
    shelf.delete(id);
  }
}

/** Which samples a group keeps, by id. */
export class SampleGroup {
  #first: string | undefined;
  /** Descending by how much differs. */
  #most: Array<{ readonly id: string; readonly weight: number }> = [];
  #latest: string[] = [];

  add<S extends Sampled>(shelf: SampleShelf<S>, sample: S, weight: number, max: number): void {
    if (this.#first === undefined) {
      this.#first = sample.id;
      shelf.take(sample, true);
      return;
    }
    if (max === 1) return;
    const forMost = Math.floor((max - 1) / 2);
    const forLatest = max - 1 - forMost;
    this.#latest.push(sample.id);
    shelf.take(sample, false);
    const weakest = this.#most.at(-1);
    if (forMost > 0 && (this.#most.length < forMost || weight > weakest!.weight)) {
      const at = this.#most.findIndex((other) => other.weight < weight);
      this.#most.splice(at < 0 ? this.#most.length : at, 0, { id: sample.id, weight });
      shelf.take(sample, false);
    }
    if (this.#latest.length > forLatest) shelf.release(this.#latest.shift()!);
    if (this.#most.length > forMost) shelf.release(this.#most.pop()!.id);
  }

  /** The first, then the most different, then the latest; without those that the shelf had no room for. */
  ids<S extends Sampled>(shelf: SampleShelf<S>): string[] {
    const most = this.#most.map(({ id }) => id);
    const all = [...(this.#first === undefined ? [] : [this.#first]), ...most, ...this.#latest.toReversed()];
    return [...new Set(all)].filter((id) => shelf.get(id) !== undefined);
  }

  /** Takes over what another group keeps, which is then empty. */
  absorb<S extends Sampled>(shelf: SampleShelf<S>, other: SampleGroup, max: number): void {
    for (const id of other.ids(shelf)) {
      const weight = other.#most.find((most) => most.id === id)?.weight ?? 0;
      this.add(shelf, shelf.get(id)!, weight, max);
    }
    other.clear(shelf);
  }

  clear<S extends Sampled>(shelf: SampleShelf<S>): void {
    for (const id of [...(this.#first === undefined ? [] : [this.#first]), ...this.#latest]) shelf.release(id);
    for (const { id } of this.#most) shelf.release(id);
    this.#first = undefined;
    this.#most = [];
    this.#latest = [];
  }
}

/**
 * A random choice of at most `size` rows out of any number, every row equally likely (Vitter's algorithm R). Rows keep
 * their numbers together, so that arms stay paired. Seeded: the same rows in the same order give the same choice.
 */
export class Reservoir {
  readonly #size: number;
  readonly #width: number;
  #values: Float32Array;
  #seen = 0;
  #length = 0;
  #state: number;

  /** @param width numbers of a row. */
  constructor(size: number, width: number, seed: number) {
    this.#size = size;
    this.#width = width;
    this.#values = new Float32Array(Math.min(size, FIRST_ROWS) * width);
    // xorshift never leaves zero.
    this.#state = seed | 0 || 1;
  }

  /** Rows that were offered. */
  get seen(): number {
    return this.#seen;
  }

  get length(): number {
    return this.#length;
  }

  add(...row: readonly number[]): void {
    this.#seen += 1;
    let index = this.#length;
    if (index < this.#size) this.#length += 1;
    else {
      index = Math.floor(this.#random() * this.#seen);
      if (index >= this.#size) return;
    }
    const at = index * this.#width;
    if (at >= this.#values.length) this.#grow();
    for (let column = 0; column < this.#width; column += 1) this.#values[at + column] = row[column] ?? Number.NaN;
  }

  /** One number of every row that was chosen, in the same order for every column. */
  column(column: number): Float32Array {
    return Float32Array.from({ length: this.length }, (_, row) => this.#values[row * this.#width + column]!);
  }

  /** Takes in the choice of another. Exact while both hold all their rows; beyond, its rows have the chance of late ones. */
  absorb(other: Reservoir): void {
    for (let row = 0; row < other.length; row += 1) {
      const at = row * this.#width;
      this.add(...other.#values.subarray(at, at + this.#width));
    }
    this.#seen += other.seen - other.length;
  }

  #grow(): void {
    const larger = new Float32Array(Math.min(this.#values.length * 4, this.#size * this.#width));
    larger.set(this.#values);
    this.#values = larger;
  }

  #random(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) / 2 ** 32;
  }
}

const FIRST_ROWS = 8;

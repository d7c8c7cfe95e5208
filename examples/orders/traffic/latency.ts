/**
 * Latencies in buckets that grow by 5%: constant memory, and a percentile is never more than 5% above the true one.
 * Range 0.05 ms to about two minutes; what lies outside counts at the edge.
 */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(300);
  #total = 0;

  add(ms: number): void {
    const bucket = ms <= SMALLEST_MS ? 0 : Math.ceil(Math.log(ms / SMALLEST_MS) / LOG_GROWTH);
    const index = Math.min(bucket, this.#counts.length - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
  }

  /** Upper edge in ms of the bucket that holds the given quantile (0 to 1); 0 when nothing was added. */
  quantileMs(quantile: number): number {
    if (this.#total === 0) return 0;
    const rank = Math.max(1, Math.ceil(quantile * this.#total));
    let passed = 0;
    const index = this.#counts.findIndex((count) => {
      passed += count;
      return passed >= rank;
    });
    return SMALLEST_MS * GROWTH ** index;
  }
}

const SMALLEST_MS = 0.05;
const GROWTH = 1.05;
const LOG_GROWTH = Math.log(GROWTH);

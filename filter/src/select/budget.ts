import { currentTimeNanoseconds, Metric } from '../../proxy-wasm/assembly/index';

/** How much may come at once, in seconds of the rate. */
const BURST_SECONDS: f64 = 0.5;
const NANOSECONDS: f64 = 1_000_000_000;

/**
 * A leaky bucket: what the counter gains flows in, the rate flows out, and as long as it is not full there is room. The
 * counter is Envoy's, one for all workers and both roles, so it holds what really reached the shadow side: neither what the
 * share left out nor what was refused on the way uses up anything.
 */
export class Bucket {
  private level: f64 = 0;
  private counted: u64;
  private atNanoseconds: u64;

  constructor(
    private readonly perSecond: f64,
    private readonly counter: Metric,
    /** The same of what is copied back to the primary; null: nothing is. */
    private readonly back: Metric | null,
  ) {
    this.counted = counter.value() + (back !== null ? back.value() : 0);
    this.atNanoseconds = currentTimeNanoseconds();
  }

  hasRoom(now: u64): bool {
    const back = this.back;
    const counted = this.counter.value() + (back !== null ? back.value() : 0);
    let level = this.level;
    if (counted > this.counted) level += <f64>(counted - this.counted);
    // The wall clock may be set back meanwhile.
    if (now > this.atNanoseconds) level -= (<f64>(now - this.atNanoseconds) * this.perSecond) / NANOSECONDS;
    level = max(level, 0);
    this.level = level;
    this.counted = counted;
    this.atNanoseconds = now;
    return level < max(this.perSecond * BURST_SECONDS, 1);
  }
}

/** What one mirror may copy. */
export class Budget {
  constructor(
    /** Null: no bound. */
    private readonly copies: Bucket | null,
    /** Of request bodies. */
    private readonly bytes: Bucket | null,
  ) {}

  /** Both buckets are looked at each time, so that neither loses track. A request without a body needs no bytes. */
  allows(hasBody: bool): bool {
    const now = currentTimeNanoseconds();
    const copies = this.copies;
    const bytes = this.bytes;
    const enoughCopies = copies === null || copies.hasRoom(now);
    const enoughBytes = bytes === null || bytes.hasRoom(now);
    return enoughCopies && (enoughBytes || !hasBody);
  }
}

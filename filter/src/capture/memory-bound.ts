/** How much memory something may hold, and how much it holds. */
export class MemoryBound {
  private used: i64 = 0;

  constructor(public limit: i64) {}

  /** False, and nothing is taken, when it would be too much. */
  // @ts-expect-error: decorator
  @inline
  take(bytes: i32): bool {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  // @ts-expect-error: decorator
  @inline
  give(bytes: i32): void {
    this.used -= bytes;
  }
}

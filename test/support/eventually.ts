/** Waiting for a condition instead of for time: bounded, and a failure tells what the last look saw. */

export interface EventuallyOptions {
  /** Default 30,000: a busy machine is slow, and a condition that comes costs no more than it takes. */
  readonly timeoutMs?: number;
  /** Pause between two looks; default 10. */
  readonly intervalMs?: number;
  /** What is waited for, for the message of a failure. */
  readonly what?: string;
}

/**
 * Calls `condition` until it gives something truthy and returns that. What it throws counts as "not yet".
 *
 * @throws Error after `timeoutMs`, with the last thrown error as cause.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 30_000, intervalMs = 10, what = condition.toString() }: EventuallyOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    let seen: T | undefined;
    try {
      seen = await condition();
      if (seen) return seen;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      const last = cause instanceof Error ? cause.message : String(seen);
      throw new Error(`not within ${timeoutMs} ms: ${what} (last: ${last})`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

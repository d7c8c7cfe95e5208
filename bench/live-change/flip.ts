/** When a flip of the share from nothing to everything, or back, was seen in the requests around it. Pure. */

/** One request that was sent while the share changed; times in milliseconds of one clock. */
export interface Probe {
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly copied: boolean;
}

export interface FlipTimes {
  /** From the PATCH until the first request that follows the new share had its answer. */
  readonly firstMs: number;
  /** From the PATCH until the first answer from which on every request follows: all workers of Envoy have it. */
  readonly allMs: number;
}

/**
 * @param patchedAtMs when the PATCH was sent.
 * @param mirrored whether requests are copied under the new share.
 * @throws RangeError when no request follows, or some request followed before the PATCH was sent.
 */
export function flipTimes(probes: readonly Probe[], patchedAtMs: number, mirrored: boolean): FlipTimes {
  const ordered = probes.toSorted((a, b) => a.sentAtMs - b.sentAtMs);
  if (ordered.some(({ answeredAtMs, copied }) => answeredAtMs < patchedAtMs && copied === mirrored)) {
    throw new RangeError('a request followed the new share before it was asked for');
  }
  const follows = ordered.filter(({ copied }) => copied === mirrored);
  const lastOld = ordered.findLastIndex(({ copied }) => copied !== mirrored);
  const settled = ordered.slice(lastOld + 1);
  if (follows.length === 0 || settled.length === 0) throw new RangeError('no request followed the new share');
  const earliest = (some: readonly Probe[]) => Math.min(...some.map(({ answeredAtMs }) => answeredAtMs));
  return { firstMs: earliest(follows) - patchedAtMs, allMs: earliest(settled) - patchedAtMs };
}

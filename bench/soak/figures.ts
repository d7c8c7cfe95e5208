/** What a soak says, from what was sampled: pure, so that its arithmetic can be tested. */

export interface MemorySample {
  /** Since the load began. */
  readonly atMs: number;
  /** What Envoy's allocator has handed out: a leak shows here, caches of the allocator do not. */
  readonly envoyLiveMiB: number;
  /** Resident. */
  readonly envoyMiB: number;
  /** What is in use of the heaps and buffers of all threads, after the last collection: a leak shows here. */
  readonly nodeLiveMiB: number;
  /** Resident. */
  readonly nodeMiB: number;
}

export type MemoryOf = Exclude<keyof MemorySample, 'atMs'>;

/**
 * Resident memory that each may take at most: for Envoy with the caches of its allocator and the memory of the filter's
 * VMs, for the control plane with what V8 has yet to collect in two threads.
 */
export const MOST_MIB = { envoyMiB: 256, nodeMiB: 512 } as const;

export interface Trend {
  readonly startMiB: number;
  readonly endMiB: number;
  readonly mostMiB: number;
  /** Of the floor after the warm-up: what is kept lies under what comes and goes with each moment's requests. */
  readonly slopeMiBPerMinute: number;
  /** What that slope adds in an hour, as a share of the memory at the end. */
  readonly hourlyShare: number;
  readonly isBounded: boolean;
}

/** Until buffers, caches, samples and the books of what users have made are full. */
export const WARM_UP_SHARE = 1 / 2;
const STRETCHES = 5;
/** Less than this an hour is the noise of an allocator. */
const BOUNDED_HOURLY_SHARE = 0.25;
const BOUNDED_MIB_PER_MINUTE = 0.5;

export function trendOf(samples: readonly MemorySample[], of: MemoryOf): Trend {
  const floor = floorOf(afterWarmUp(samples), of);
  const slope = slopeOf(
    floor.map(({ minute }) => minute),
    floor.map(({ mib }) => mib),
  );
  const end = samples.at(-1)?.[of] ?? 0;
  const hourlyShare = (slope * 60) / Math.max(end, 1);
  return {
    startMiB: samples[0]?.[of] ?? 0,
    endMiB: end,
    mostMiB: Math.max(...samples.map((sample) => sample[of])),
    slopeMiBPerMinute: slope,
    hourlyShare,
    isBounded: slope <= BOUNDED_MIB_PER_MINUTE || hourlyShare <= BOUNDED_HOURLY_SHARE,
  };
}

/** The least of each stretch, and when it was. */
function floorOf(samples: readonly MemorySample[], of: MemoryOf): Array<{ minute: number; mib: number }> {
  const each = Math.ceil(samples.length / STRETCHES);
  return Array.from({ length: STRETCHES }, (_, index) => samples.slice(index * each, (index + 1) * each))
    .filter((stretch) => stretch.length > 0)
    .map((stretch) => stretch.reduce((least, sample) => (sample[of] < least[of] ? sample : least)))
    .map((least) => ({ minute: least.atMs / 60_000, mib: least[of] }));
}

function afterWarmUp(samples: readonly MemorySample[]): readonly MemorySample[] {
  const from = (samples.at(-1)?.atMs ?? 0) * WARM_UP_SHARE;
  return samples.filter(({ atMs }) => atMs >= from);
}

/** Of the line through the points with the least squares; 0 where there is none. */
export function slopeOf(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const spread = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const common = x.reduce((sum, value, index) => sum + (value - meanX) * (y[index]! - meanY), 0);
  return spread > 0 ? common / spread : 0;
}

export interface Balance {
  /** Copies to the candidate, by Envoy's admin interface. */
  readonly copies: number;
  /** The same as the control plane has it from Envoy. */
  readonly mirrored: number | null;
  readonly compared: number;
  readonly lost: Readonly<Record<string, number>>;
  /** Copies that ended neither way; should be 0. */
  readonly unexplained: number;
}

export function balanceOf(
  copies: number,
  verdict: { readonly mirrored: number | null; readonly comparedInAll: number; readonly lost: Record<string, number> },
): Balance {
  const { mirrored, comparedInAll: compared } = verdict;
  const lost = Object.fromEntries(Object.entries(verdict.lost).filter(([, count]) => count > 0));
  const ended = Object.values(lost).reduce((sum, count) => sum + count, compared);
  return { copies, mirrored, compared, lost, unexplained: copies - ended };
}

/** What a user would have noticed: no answer at all, or one that the services of the demo never give. */
export function failuresOf(stats: {
  readonly failed: number;
  readonly statuses: Readonly<Record<string, number>>;
}): number {
  const errors = Object.entries(stats.statuses).filter(([status]) => Number(status) >= 500);
  return stats.failed + errors.reduce((sum, [, count]) => sum + count, 0);
}

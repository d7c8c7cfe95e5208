/** What a row says: pure, so that its rules can be tested. */
import { percentile, seededRandom } from '../../bench/support/index.ts';
import type { Outcome } from './measure.ts';
import { MEMORY_BOUND_MIB, P99_BOUND } from './table.ts';

export interface RowFigures {
  readonly requests: number;
  /** Of requests that are copied; those that are not are in `failedOff`. */
  readonly failed: number;
  readonly failedOff: number;
  readonly failures: readonly string[];
  readonly p50Ratio: number;
  readonly p99Ratio: number;
  /** Lower end of its 95% interval: by drawing from the requests of both arms again and again. */
  readonly p99RatioLow: number;
  /** The same of two arms without copies. */
  readonly p99Alike: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly memoryMiB: number;
}

const DRAWS = 400;

function lowRatio(one: Outcome, other: Outcome): number {
  if (one.latenciesMs.length === 0 || other.latenciesMs.length === 0) return Number.NaN;
  const random = seededRandom(1);
  const draw = ({ latenciesMs }: Outcome) =>
    percentile(
      latenciesMs.map(() => latenciesMs[Math.floor(random() * latenciesMs.length)]!),
      0.99,
    );
  const ratios = Array.from({ length: DRAWS }, () => draw(one) / draw(other));
  return percentile(ratios, 0.025);
}

export function rowFigures(off: Outcome, again: Outcome | undefined, on: Outcome, memoryMiB: number): RowFigures {
  const ratio = (share: number, one: Outcome, other: Outcome) =>
    one.latenciesMs.length === 0 || other.latenciesMs.length === 0
      ? Number.NaN
      : percentile(one.latenciesMs, share) / percentile(other.latenciesMs, share);
  const of = (share: number) => (on.latenciesMs.length === 0 ? Number.NaN : percentile(on.latenciesMs, share));
  return {
    requests: on.latenciesMs.length + on.failed,
    failed: on.failed,
    failedOff: off.failed + (again?.failed ?? 0),
    failures: on.failures,
    p50Ratio: ratio(0.5, on, off),
    p99Ratio: ratio(0.99, on, off),
    p99RatioLow: lowRatio(on, off),
    p99Alike: again ? ratio(0.99, again, off) : Number.NaN,
    p50Ms: of(0.5),
    p99Ms: of(0.99),
    memoryMiB,
  };
}

/** `no p99`: all that can be told of so few requests holds. */
export type Judgement = 'pass' | 'FAIL' | 'inconclusive' | 'no p99';

/** Of fewer, one request decides where the hundredth part of them ends. */
const LEAST_FOR_P99 = 100;

/**
 * Added failures, other bytes (a failure, too) and memory beyond the bound fail a row whatever the machine does. Latency
 * fails or passes only where there are enough requests, and two arms without copies agree by the same measure, in either
 * direction; it fails where it is beyond the bound for certain.
 *
 * @param mayFail requests that this fault may take along.
 */
export function judge(row: RowFigures, mayFail = 0): Judgement {
  if (row.failed > row.failedOff + mayFail || row.memoryMiB > MEMORY_BOUND_MIB) return 'FAIL';
  if (row.requests < LEAST_FOR_P99) return 'no p99';
  const isAlike = row.p99Alike <= P99_BOUND && row.p99Alike >= 1 / P99_BOUND;
  if (!isAlike) return 'inconclusive';
  if (row.p99Ratio <= P99_BOUND) return 'pass';
  return row.p99RatioLow > P99_BOUND ? 'FAIL' : 'inconclusive';
}

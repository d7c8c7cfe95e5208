/** Whether copying makes the primary worse: requests that are copied against requests like them that are not. */
import type { BrakeSettings } from '../policy/model.ts';
import type { Histogram } from '../stats/index.ts';
import { countUpTo, quantile } from './histograms.ts';

export interface Arm {
  readonly requests: number;
  /** Answered with a status of 500 or more. */
  readonly errors: number;
  /** In milliseconds. */
  readonly latency: Histogram;
}

export interface Finding {
  readonly what: 'latency' | 'errors' | 'memory';
  /** For people: what was measured, and the bound. */
  readonly reason: string;
}

/** With fewer, a hundredth part of them is nothing to judge by. */
export const LEAST_REQUESTS = 500;
/** Of a difference of shares, in standard errors: by chance one look in 30,000 says so. Two in a row see nearly the same minute. */
const LEAST_Z = 4;
/** Less is no matter, however large a share of a fast answer it is: Envoy's buckets are not finer. */
const LEAST_INCREASE_MS = 5;
const TAIL = 0.01;

export function findWorse(
  { latencyIncrease, errorIncrease }: Pick<BrakeSettings, 'latencyIncrease' | 'errorIncrease'>,
  copied: Arm,
  others: Arm,
): Finding | undefined {
  return worseErrors(errorIncrease, copied, others) ?? worseLatency(latencyIncrease, copied, others);
}

function worseErrors(increase: number, copied: Arm, others: Arm): Finding | undefined {
  if (Math.min(copied.requests, others.requests) < LEAST_REQUESTS) return undefined;
  const [rate, rateOfOthers] = [copied.errors / copied.requests, others.errors / others.requests];
  if (
    rate - rateOfOthers <= increase ||
    z([copied.errors, copied.requests], [others.errors, others.requests]) < LEAST_Z
  )
    return undefined;
  const reason = `of requests that are copied ${percent(rate)} fail, of others like them ${percent(rateOfOthers)}; the bound is ${percent(increase)} more`;
  return { what: 'errors', reason };
}

function worseLatency(increase: number, copied: Arm, others: Arm): Finding | undefined {
  if (Math.min(copied.latency.count, others.latency.count) < LEAST_REQUESTS) return undefined;
  const p99OfOthers = quantile(others.latency, 1 - TAIL);
  if (p99OfOthers === undefined) return undefined;
  const bound = Math.max(p99OfOthers * (1 + increase), p99OfOthers + LEAST_INCREASE_MS);
  const slower = ({ latency }: Arm): [number, number] => [latency.count - countUpTo(latency, bound), latency.count];
  const [slow, of] = slower(copied);
  if (slow / of <= TAIL || z([slow, of], slower(others)) < LEAST_Z) return undefined;
  const p99 = quantile(copied.latency, 1 - TAIL);
  const measured = p99 === undefined ? 'beyond what Envoy measures' : `${p99.toFixed(0)} ms`;
  const reason = `the 99th percentile of requests that are copied is ${measured}, of others like them ${p99OfOthers.toFixed(0)} ms; the bound is ${bound.toFixed(0)} ms`;
  return { what: 'latency', reason };
}

/** The difference of two shares in standard errors, both taken for the same. */
function z([hits, of]: readonly [number, number], [otherHits, ofOthers]: readonly [number, number]): number {
  const pooled = (hits + otherHits) / (of + ofOthers);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / ofOthers));
  return error > 0 ? (hits / of - otherHits / ofOthers) / error : 0;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)}%`;
}

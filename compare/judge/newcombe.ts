/** Do the errors of two services differ? */
import { type Interval, wilsonInterval } from './wilson.ts';

export interface Share {
  readonly hits: number;
  readonly trials: number;
}

/**
 * Difference of two independent shares, second minus first, with the hybrid score interval (method 10 of Newcombe,
 * Statistics in Medicine 17, 1998, 873-890). Independent: for errors of arms that did not get the same requests.
 */
export function shareDifference(first: Share, second: Share, confidence: number): Interval {
  const one = wilsonInterval(first.hits, first.trials, confidence);
  const two = wilsonInterval(second.hits, second.trials, confidence);
  const rate = two.rate - one.rate;
  return {
    rate,
    low: Math.max(-1, rate - Math.hypot(two.rate - two.low, one.high - one.rate)),
    high: Math.min(1, rate + Math.hypot(two.high - two.rate, one.rate - one.low)),
  };
}

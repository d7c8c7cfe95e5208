/** A defect of the candidate: on which pairs it shows. */
import type { Random } from '../../support/index.ts';
import { eachHit, uniform, weighted, wholeNumber } from './draw.ts';
import { DEFECT } from './parameters.ts';

export type Spread = keyof typeof DEFECT.spread;

export interface DefectPairs {
  readonly spread: Spread;
  /** Indices of the pairs, ascending. */
  readonly pairs: readonly number[];
}

/** `rate`: expected share of all pairs. */
export function defectPairs(random: Random, rate: number, pairs: number): DefectPairs {
  const spread = weighted<Spread>(random, DEFECT.spread);
  const hits: number[] = [];
  const hit = (at: number) => hits.push(at);
  if (spread === 'times') {
    const within = Math.max(rate, uniform(random, DEFECT.stretchShare));
    const stretches = wholeNumber(random, DEFECT.stretches);
    const slot = pairs / stretches;
    for (let stretch = 0; stretch < stretches; stretch += 1) {
      const from = Math.floor(slot * (stretch + random() * (1 - within)));
      eachHit(random, rate / within, from, Math.min(pairs, Math.round(from + slot * within)), hit);
    }
  } else {
    // Requests of the subset arrive at random times, and show the defect each time or with some probability.
    const subset = spread === 'subset' ? Math.max(rate, uniform(random, DEFECT.subsetShare)) : 1;
    eachHit(random, subset, 0, pairs, (at) => {
      if (random() < rate / subset) hit(at);
    });
  }
  return { spread, pairs: hits };
}

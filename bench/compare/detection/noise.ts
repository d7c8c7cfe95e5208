/**
 * Innocent noise of one cause: which pairs differ between primary and candidate, and between primary and control.
 * Each of the three answers may deviate from the usual form by itself; a pair differs when one half did and the other did
 * not (or both did, in different ways).
 */
import type { Random } from '../../support/index.ts';
import { eachHit, geometric, logUniform, normal, uniform, wholeNumber } from './draw.ts';
import {
  ALWAYS_RATE,
  BURST,
  COPIES_ONLY_SHARE,
  RARE_RATE,
  SOMETIMES_RATE,
  TWO_VALUED_SHARE,
  UNEQUAL,
} from './parameters.ts';

export type Behaviour = 'steady' | 'always' | 'sometimes' | 'rare' | 'burst';

/** Bits of a mark: what differs from the primary in this pair. */
export const CANDIDATE = 1;
export const CONTROL = 2;

/** Further bits, where the mark is not empty: which of the three answers took the unusual form, as in `ARM`. */
const DEVIATION_SHIFT = 2;

/** Bits of a deviation: which of the three answers took the unusual form. */
export const ARM = { primary: 1, candidate: 2, control: 4 } as const;
const ARMS = Object.values(ARM);

const MARK_OF_DEVIATION = Array.from({ length: 8 }, (_, deviation) => {
  const primary = (deviation & ARM.primary) !== 0;
  return withDeviation(
    ((deviation & ARM.candidate) !== 0 || primary ? CANDIDATE : 0) +
      ((deviation & ARM.control) !== 0 || primary ? CONTROL : 0),
    deviation,
  );
});
/** With two possible values, two answers that deviate are equal again. */
const TWO_VALUED_MARK_OF_DEVIATION = Array.from({ length: 8 }, (_, deviation) => {
  const primary = (deviation & ARM.primary) !== 0;
  return withDeviation(
    (((deviation & ARM.candidate) !== 0) !== primary ? CANDIDATE : 0) +
      (((deviation & ARM.control) !== 0) !== primary ? CONTROL : 0),
    deviation,
  );
});

function withDeviation(mark: number, deviation: number): number {
  return mark === 0 ? 0 : mark | (deviation << DEVIATION_SHIFT);
}

/** Which answers took the unusual form, of a mark that is not empty. */
export function deviationOf(mark: number): number {
  return mark >> DEVIATION_SHIFT;
}

/** The mark as it is known without a control. */
export function withoutControl(mark: number): number {
  return mark & (CANDIDATE | ((ARM.primary | ARM.candidate) << DEVIATION_SHIFT));
}

/** One byte a pair. `sameBuild`: the candidate is the primary's own build, so its noise is equally frequent. */
export function noiseMarks(
  random: Random,
  behaviour: Exclude<Behaviour, 'steady'>,
  pairs: number,
  sameBuild: boolean,
): Uint8Array {
  const deviations = new Uint8Array(pairs);
  const unequal = !sameBuild && random() < UNEQUAL.share;
  const candidateFactor = unequal ? Math.exp(UNEQUAL.sigma * normal(random)) : 1;
  const deviate = (arm: number, rate: number, from = 0, to = pairs) =>
    eachHit(random, arm === ARM.candidate ? Math.min(1, rate * candidateFactor) : rate, from, to, (at) => {
      deviations[at]! |= arm;
    });

  if (behaviour === 'always') {
    const rate = random() < 0.5 ? 1 : uniform(random, ALWAYS_RATE);
    deviate(ARM.candidate, rate);
    deviate(ARM.control, rate);
    return deviations.map((deviation) => MARK_OF_DEVIATION[deviation]!);
  }
  const copiesOnly = random() < COPIES_ONLY_SHARE;
  const twoValued = random() < TWO_VALUED_SHARE;
  const arms = copiesOnly ? [ARM.candidate, ARM.control] : ARMS;
  if (behaviour === 'burst') {
    for (let spells = wholeNumber(random, BURST.spells); spells > 0; spells -= 1) {
      const from = Math.floor(random() * pairs);
      const to = Math.min(pairs, from + geometric(random, uniform(random, BURST.meanPairs)));
      const rate = uniform(random, BURST.rate);
      const struck = random() < BURST.oneArmShare ? [arms[Math.floor(random() * arms.length)]!] : arms;
      for (const arm of struck) deviate(arm, rate, from, to);
    }
  } else {
    const rate =
      behaviour === 'sometimes'
        ? uniform(random, SOMETIMES_RATE)
        : logUniform(random, RARE_RATE) / (copiesOnly ? 1 : 2);
    for (const arm of arms) deviate(arm, rate);
  }
  const marks = twoValued ? TWO_VALUED_MARK_OF_DEVIATION : MARK_OF_DEVIATION;
  return deviations.map((deviation) => marks[deviation]!);
}

/** Corpora of mirrors with several strata: the same generator, and which stratum each pair belongs to. */
import { type Random, seededRandom, shuffled } from '../../support/index.ts';
import { drawLooks, type Field, generate, type Plan, plantDefects, type Series, seriesOf } from './corpus.ts';
import { logUniform, weighted, wholeNumber } from './draw.ts';
import { type Behaviour, noiseMarks } from './noise.ts';
import { DEFECT_RATES, NOISIER, STRATA } from './parameters.ts';

/** `usual`: as in the corpora of one stratum. `noisier`: more of the noise that is rare. */
export const NOISES = ['usual', 'noisier'] as const;
export type Noise = (typeof NOISES)[number];

export interface StrataPlan {
  readonly seed: number;
  /** Of all strata together. */
  readonly pairs: number;
  readonly defectRate: number;
  readonly noise: Noise;
}

export interface StrataCorpus {
  readonly plan: StrataPlan;
  readonly series: readonly Series[];
  /** Of each pair, in the order of time. */
  readonly stratumOf: Uint8Array;
}

/** The corpora of one seed, all with a control. */
export function strataPlans(seed: number): StrataPlan[] {
  const result: Array<Omit<StrataPlan, 'seed'>> = [];
  for (const noise of NOISES) {
    for (const pairs of STRATA.pairs) {
      for (const defectRate of DEFECT_RATES) result.push({ pairs, defectRate, noise });
      for (let index = 0; index < STRATA.innocent; index += 1) result.push({ pairs, defectRate: 0, noise });
    }
  }
  return result.map((plan, index) => ({
    ...plan,
    seed: (Math.imul(seed, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35)) >>> 0,
  }));
}

export function generateStrata(plan: StrataPlan): StrataCorpus {
  const random = seededRandom(plan.seed ^ 0x5bd1e995);
  const whole: Plan = { seed: plan.seed, pairs: plan.pairs, control: true, defectRate: plan.defectRate };
  const series = plan.noise === 'usual' ? generate(whole).series : noisier(random, whole);
  const stratumOf = drawStrata(random, plan.pairs);
  return { plan, series: series.map((one) => confined(random, one, stratumOf)), stratumOf };
}

function noisier(random: Random, plan: Plan): Series[] {
  const fields = Array.from({ length: NOISIER.fields }, (): Field => {
    const behaviour = weighted<Behaviour>(random, NOISIER.behaviours);
    const marks =
      behaviour === 'steady'
        ? new Uint8Array(plan.pairs)
        : noiseMarks(random, behaviour, plan.pairs, plan.defectRate === 0);
    return { behaviour, looks: drawLooks(random, behaviour), series: new Map([['value', { marks }]]) };
  });
  plantDefects(random, plan, fields);
  return seriesOf(plan, fields);
}

function drawStrata(random: Random, pairs: number): Uint8Array {
  const weights = Array.from({ length: STRATA.count }, () => logUniform(random, STRATA.weight));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const strata = new Uint8Array(pairs);
  for (let pair = 0; pair < pairs; pair += 1) {
    let left = random() * sum;
    let stratum = 0;
    while (stratum < STRATA.count - 1 && left >= weights[stratum]!) {
      left -= weights[stratum]!;
      stratum += 1;
    }
    strata[pair] = stratum;
  }
  return strata;
}

/** Some noise and some defects show in some strata only. */
function confined(random: Random, series: Series, stratumOf: Uint8Array): Series {
  const strata = Array.from({ length: STRATA.count }, (_, stratum) => stratum);
  let shown = strata;
  if (series.behaviour !== 'steady') {
    // On a noisy field the two cannot be told apart, so its defect goes where its noise goes.
    if (random() >= STRATA.noiseInAllShare) shown = strata.filter(() => random() < STRATA.noiseInOneShare);
  } else if (series.defect && random() >= STRATA.defectInAllShare) {
    shown = shuffled(strata, random).slice(0, wholeNumber(random, STRATA.defectStrata));
  }
  if (shown.length === strata.length) return series;
  const marks = series.marks.slice();
  for (let pair = 0; pair < marks.length; pair += 1) if (!shown.includes(stratumOf[pair]!)) marks[pair] = 0;
  return { ...series, marks };
}

/**
 * Corpora with known truth: what differs in which pair, where it is noise and where a defect. One seed gives the same
 * corpora for ever; every method is given the same ones.
 */
import { type Random, seededRandom, shuffled } from '../../support/index.ts';
import { type DefectPairs, defectPairs } from './defect.ts';
import { uniform, weighted, wholeNumber } from './draw.ts';
import { type Behaviour, CANDIDATE, noiseMarks, withoutControl } from './noise.ts';
import {
  ALWAYS_DISTINCT_SHARE,
  DEFECT,
  DEFECT_RATES,
  DEFECTS,
  DISTINCT_SHARE,
  FIELDS,
  FORMAT_WEIGHTS,
  GROWS,
  INNOCENT_CORPORA,
  NOISE_WEIGHTS,
  NOISY_SHARE,
  PAIRS,
  SOURCE_FIELDS,
  SOURCE_SHOWS,
} from './parameters.ts';

export interface Plan {
  readonly seed: number;
  readonly pairs: number;
  readonly control: boolean;
  /** 0: the candidate is the primary's own build (A/A). */
  readonly defectRate: number;
}

export type Format = keyof typeof DISTINCT_SHARE;
export type Kind = keyof typeof DEFECT.kinds | 'order';

/** How the primary's own values of a field look; all that is known of noise without a control. */
export interface Looks {
  readonly format: Format;
  /** Distinct values over answers. */
  readonly distinctShare: number;
  /** Each answer's value is at least the one before. */
  readonly grows: boolean;
}

/** Differences of one kind at one field. */
export interface Series {
  readonly field: number;
  readonly kind: Kind;
  readonly looks: Looks;
  readonly behaviour: Behaviour;
  /** The planted defect, if this series shows one. */
  readonly defect?: DefectPairs['spread'];
  /**
   * A byte a pair, in the order of time; bit 1: the candidate differs, bit 2: the control does (0 without control). Of
   * noise, further bits tell which answers took the unusual form (`deviationOf`); no judge is told.
   */
  readonly marks: Uint8Array;
}

export interface Corpus {
  readonly plan: Plan;
  readonly series: readonly Series[];
}

/** The corpora of one seed: every defect rate, size, with and without control; then the innocent ones. */
export function plans(seed: number): Plan[] {
  const result: Array<Omit<Plan, 'seed'>> = [];
  for (const control of [true, false]) {
    for (const pairs of PAIRS) for (const defectRate of DEFECT_RATES) result.push({ pairs, control, defectRate });
    for (let index = 0; index < INNOCENT_CORPORA; index += 1)
      result.push({ pairs: PAIRS[index % PAIRS.length]!, control, defectRate: 0 });
  }
  return result.map((plan, index) => ({
    ...plan,
    seed: (Math.imul(seed, 0x9e3779b1) + Math.imul(index, 0x85ebca6b)) >>> 0,
  }));
}

export interface Field {
  readonly behaviour: Behaviour;
  readonly looks: Looks;
  readonly series: Map<Kind, { marks: Uint8Array; defect?: DefectPairs['spread'] }>;
}

export function generate(plan: Plan): Corpus {
  const random = seededRandom(plan.seed);
  const fields = noisyAndSteadyFields(random, plan);
  plantDefects(random, plan, fields);
  return { plan, series: seriesOf(plan, fields) };
}

export function plantDefects(random: Random, plan: Plan, fields: readonly Field[]): void {
  if (plan.defectRate === 0) return;
  for (let defects = wholeNumber(random, DEFECTS); defects > 0; defects -= 1) plantDefect(random, plan, fields);
}

export function seriesOf(plan: Plan, fields: readonly Field[]): Series[] {
  return fields.flatMap(({ behaviour, looks, series }, field) =>
    [...series].map(([kind, { marks, defect }]) => ({
      field,
      kind,
      looks,
      behaviour,
      marks: plan.control ? marks : marks.map(withoutControl),
      ...(defect && { defect }),
    })),
  );
}

function noisyAndSteadyFields(random: Random, plan: Plan): Field[] {
  const count = wholeNumber(random, FIELDS);
  const noisy = Math.round(count * uniform(random, NOISY_SHARE));
  const fields: Field[] = [];
  while (fields.length < noisy) {
    const behaviour = weighted(random, NOISE_WEIGHTS);
    const source = noiseMarks(random, behaviour, plan.pairs, plan.defectRate === 0);
    const shown = behaviour === 'always' ? 1 : wholeNumber(random, SOURCE_FIELDS);
    for (let index = 0; index < shown && fields.length < noisy; index += 1) {
      const shows = behaviour === 'always' ? 1 : uniform(random, SOURCE_SHOWS);
      const marks = source.map((mark) => (mark && random() < shows ? mark : 0));
      const looks = drawLooks(random, behaviour);
      const kind: Kind = looks.format === 'structure' ? 'order' : 'value';
      fields.push({ behaviour, looks, series: new Map([[kind, { marks }]]) });
    }
  }
  while (fields.length < count) {
    const steady = new Map([['value' as const, { marks: new Uint8Array(plan.pairs) }]]);
    fields.push({ behaviour: 'steady', looks: drawLooks(random, 'steady'), series: steady });
  }
  return fields;
}

export function drawLooks(random: Random, behaviour: Behaviour): Looks {
  const format = weighted<Format>(random, FORMAT_WEIGHTS[behaviour]);
  const always = behaviour === 'always';
  const canGrow = format === 'time' || format === 'integer';
  return {
    format,
    distinctShare: uniform(random, always ? ALWAYS_DISTINCT_SHARE : DISTINCT_SHARE[format]),
    grows: canGrow && random() < (always ? GROWS.always : GROWS.other),
  };
}

function plantDefect(random: Random, plan: Plan, fields: readonly Field[]): void {
  const { pairs, spread } = defectPairs(random, plan.defectRate, plan.pairs);
  const onNoisy = random() < DEFECT.onNoisyField;
  const free = fields.filter(({ behaviour, series }) => {
    const taken = [...series.values()].some(({ defect }) => defect);
    return !taken && (behaviour !== 'steady') === onNoisy;
  });
  const shown = shuffled(free, random).slice(0, wholeNumber(random, DEFECT.fields));
  for (const [index, { behaviour, series }] of shown.entries()) {
    const shows = index === 0 ? 1 : uniform(random, DEFECT.shows);
    // What always differs cannot differ more often: there a defect can only show as something else.
    const { value: _, ...visible } = DEFECT.kinds;
    const kind = weighted<Kind>(random, behaviour === 'always' ? visible : DEFECT.kinds);
    const at = series.get(kind)?.marks ?? new Uint8Array(plan.pairs);
    for (const pair of pairs) if (random() < shows) at[pair]! |= CANDIDATE;
    series.set(kind, { marks: at, defect: spread });
  }
}

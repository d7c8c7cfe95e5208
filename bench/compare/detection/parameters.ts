/**
 * Every number that the corpora are drawn from. They were fixed before any method was tuned on them; who changes one
 * starts the comparison of the methods anew.
 */

/** Share of pairs on which the candidate misbehaves. */
export const DEFECT_RATES = [0.001, 0.002, 0.003, 0.01, 0.1] as const;
export const PAIRS = [500, 2_000, 10_000, 50_000] as const;
export const FIELDS = { min: 5, max: 60 } as const;
export const DEFECTS = { min: 1, max: 3 } as const;
/** Corpora without any defect, per seed: so many with a control and as many without. */
export const INNOCENT_CORPORA = 100;

/** Share of the fields of a corpus that are noisy; uniform in between. */
export const NOISY_SHARE = { min: 0, max: 0.6 } as const;

/** What causes noise, with weights. */
export const NOISE_WEIGHTS = { always: 70, sometimes: 25, rare: 25, burst: 15 } as const;

/** Share of pairs with another timestamp or id; exactly 1 for half of these fields. */
export const ALWAYS_RATE = { min: 0.9, max: 1 } as const;
/** Per arm: how often an answer takes the less usual form (races, cache ages, floats). */
export const SOMETIMES_RATE = { min: 0.01, max: 0.5 } as const;
/** Share of pairs that differ, drawn evenly on a logarithmic scale: the hard case. */
export const RARE_RATE = { min: 0.0005, max: 0.02 } as const;
/** Noise of the copies only, never of the primary (a replica that lags, a smaller machine). */
export const COPIES_ONLY_SHARE = 1 / 3;
/** Values that can only be one of two: two arms that both deviate agree again. */
export const TWO_VALUED_SHARE = 0.4;

/** Spells of noise. A spell may strike one of the three arms alone, any with the same probability. */
export const BURST = {
  spells: { min: 1, max: 20 },
  meanPairs: { min: 5, max: 40 },
  rate: { min: 0.2, max: 0.9 },
  oneArmShare: 0.4,
} as const;

/**
 * One cause of noise may show in several fields of the same answer, each time in most of them (what always differs,
 * timestamps and ids, does so by itself).
 */
export const SOURCE_FIELDS = { min: 1, max: 4 } as const;
export const SOURCE_SHOWS = { min: 0.6, max: 1 } as const;

/**
 * Innocent noise of another build need not be equally frequent (a faster service loses its races more seldom): for this
 * share of the sources the candidate's rate is that of the control times exp(normal(0, sigma)). Never in corpora
 * without defect, where both arms run the same build.
 */
export const UNEQUAL = { share: 0.5, sigma: 0.1 } as const;

/** Where and how defects show. */
export const DEFECT = {
  onNoisyField: 0.25,
  /** Fields in which one defect shows: in the first each time, in the others most times. */
  fields: { min: 1, max: 3 },
  shows: { min: 0.6, max: 1 },
  kinds: { value: 60, missing: 15, extra: 10, type: 15 },
  /** `anywhere`: each pair alike; `subset`: some requests only; `times`: some stretches of time only. */
  spread: { anywhere: 45, subset: 40, times: 15 },
  subsetShare: { min: 0.02, max: 0.5 },
  stretches: { min: 3, max: 12 },
  /** Share of all pairs that lie within a stretch (never less than the defect rate). */
  stretchShare: { min: 0.1, max: 0.3 },
} as const;

/** How the primary's values look, by behaviour of the field, with weights. Looks can deceive: that is the point. */
export const FORMAT_WEIGHTS = {
  steady: { text: 25, integer: 20, enum: 20, decimal: 15, boolean: 10, uuid: 5, time: 5 },
  always: { time: 45, uuid: 25, hash: 15, integer: 15 },
  sometimes: { structure: 30, integer: 30, decimal: 30, text: 10 },
  rare: { text: 25, integer: 25, decimal: 25, hash: 10, time: 10, enum: 5 },
  burst: { integer: 30, text: 25, decimal: 20, enum: 15, time: 10 },
} as const;

/** Distinct values of the primary over its answers. */
export const DISTINCT_SHARE = {
  time: { min: 0.3, max: 1 },
  uuid: { min: 0.1, max: 1 },
  hash: { min: 0.1, max: 1 },
  integer: { min: 0.001, max: 0.5 },
  decimal: { min: 0.01, max: 0.6 },
  text: { min: 0.01, max: 0.6 },
  enum: { min: 0.0005, max: 0.01 },
  boolean: { min: 0.00004, max: 0.0005 },
  structure: { min: 0.01, max: 0.9 },
} as const;
/** Fields that always differ carry (nearly) a new value in each answer. */
export const ALWAYS_DISTINCT_SHARE = { min: 0.8, max: 1 } as const;
/** How often values of a time or counter only ever grow: of fields that always differ, of all others. */
export const GROWS = { always: 0.8, other: 0.1 } as const;

/**
 * Mirrors of several strata (segments, and the sample). Added later, and fixed before any judge was tuned on them; the other
 * corpora are what they were.
 */
export const STRATA = {
  count: 5,
  /** Of all strata together. */
  pairs: [2_500, 10_000, 50_000],
  /** Of a stratum, relative to the others: drawn evenly on a logarithmic scale. */
  weight: { min: 1, max: 12 },
  /** Noise that shows in all strata alike; the other fields have theirs in each with this probability. */
  noiseInAllShare: 0.75,
  noiseInOneShare: 0.5,
  /** Defects on fields that are not noisy: in all strata, in the others of one or two only. */
  defectInAllShare: 0.5,
  defectStrata: { min: 1, max: 2 },
  /** Corpora without any defect, per seed, size and sort of noise. */
  innocent: 10,
} as const;

/** `noisier`: mirrors of so many fields, a third of them rarely noisy, as often and independently in every stratum. */
export const NOISIER = {
  fields: 20,
  behaviours: { steady: 50, rare: 30, sometimes: 20 },
} as const;

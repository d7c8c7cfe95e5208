/** Every number that a verdict depends on, in one place. Chosen on the tuning seeds of bench/compare/detection. */
export const DEFAULTS = Object.freeze({
  /**
   * `different`: at most so many innocent fields of the mirror are expected to look as different by chance. So at most so
   * many mirrors of two copies of one build have one (Markov's inequality), however noisy they are.
   */
  different: 0.05,
  /** `seen`: the same for what is shown and decides nothing. */
  seen: 1,
  /** `different` takes differences at this many separate times: one answer of the candidate can be an accident. */
  leastSpells: 2,
  /** `same`: at most this share of pairs may differ beyond noise, with all of the interval. */
  marginRate: 0.005,
  /** Of all intervals. */
  confidence: 0.95,
});

export interface JudgeOptions {
  readonly different?: number;
  readonly seen?: number;
  readonly leastSpells?: number;
}

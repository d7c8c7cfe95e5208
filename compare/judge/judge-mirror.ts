/**
 * The verdict on an endpoint, and on a mirror. `same` is a claim with a margin, never the absence of findings: it says
 * that at most so many pairs differ beyond noise, and that enough pairs were compared to know.
 */
import { DEFAULTS } from './defaults.ts';
import type { FieldLevel } from './judge-fields.ts';
import { pairedDifference, pairsForMargin } from './paired-difference.ts';
import { type Interval, trialsForMargin, wilsonInterval } from './wilson.ts';

export type Outcome = 'same' | 'different' | 'not-enough-data';

/** Pairs in which only one of the two differs from the primary. */
export interface Discordant {
  readonly candidateOnly: number;
  readonly controlOnly: number;
}

/**
 * What fields say of the share of pairs. The count of pairs alone lets noise hide defects: a pair in which the candidate
 * has a defect at one field and the control noise at another counts for both, and cancels out.
 */
interface FieldsEvidence {
  /** Of the strongest field that is `different`, added up over endpoints: at least so many pairs differ beyond noise. */
  readonly strongest?: Discordant;
  /** Of each field that the control knows to be noisy. A defect may sit in it. */
  readonly noisy?: readonly Discordant[];
  /** Pairs that differ at a field that never differs at the control: no fewer than so many. Only where some are noisy. */
  readonly quiet?: number;
  /**
   * Pairs that do so for certain, and in which the control differs as well, elsewhere: noise that cancels nothing, because
   * the pair is mismatched whatever else differs in it.
   */
  readonly quietBesideNoise?: number;
}

/**
 * Pairs of one endpoint and stratum (a segment or the sample). A pair is mismatched when the candidate differs from the
 * primary at a field where the control agrees with it; the other way round for the control. What rules ignore is left
 * out, and without a control what the verdicts call noise.
 */
export interface StratumEvidence extends FieldsEvidence {
  readonly pairs: number;
  readonly candidateMismatched: number;
  /** Left out when there is no control. */
  readonly controlMismatched?: number;
  /** Pairs in which both happened, at different fields. */
  readonly bothMismatched?: number;
  /**
   * Copies beside the pairs that the candidate left without an answer, though the primary gave one. Nobody knows whether the
   * answer would have been the same, so `same` takes that also all of them differ.
   */
  readonly unanswered?: number;
  /** Levels of the fields of this endpoint and stratum. */
  readonly fields: readonly FieldLevel[];
}

export interface StratumVerdict {
  readonly outcome: Outcome;
  /** Share of pairs that differ beyond noise. */
  readonly mismatch: Interval;
  /** With `not-enough-data`: further pairs that `same` takes at the rate so far; infinite when that rate rules it out. */
  readonly missingPairs: number;
}

/** @param marginRate at most this share of pairs may differ beyond noise, with the whole interval. */
export function judgeStratum(evidence: StratumEvidence, marginRate: number = DEFAULTS.marginRate): StratumVerdict {
  const byPairs = measure(evidence, marginRate);
  const isDifferent = evidence.fields.includes('different');
  const bounds = isDifferent
    ? []
    : [...boundsByFields(evidence, marginRate), ...boundByUnanswered(evidence, marginRate)];
  const strongest = strongestIn(evidence);
  // Both are true of the pairs, and neither is too high but by chance: the one that is surer of more.
  const surest = strongest && strongest.low > byPairs.mismatch.low ? strongest : byPairs.mismatch;
  const highs = [surest.high, byPairs.mismatch.high, ...bounds.map(({ high }) => high)];
  const mismatch = { rate: surest.rate, low: surest.low, high: Math.max(...highs) };
  if (isDifferent) return { outcome: 'different', mismatch, missingPairs: 0 };
  if (evidence.pairs > 0 && mismatch.high <= marginRate) return { outcome: 'same', mismatch, missingPairs: 0 };
  const needed = Math.max(byPairs.needed, ...bounds.map((bound) => bound.needed));
  return { outcome: 'not-enough-data', mismatch, missingPairs: Math.max(1, needed - evidence.pairs) };
}

function strongestIn({ strongest, pairs }: StratumEvidence): Interval | undefined {
  if (!strongest) return undefined;
  const { candidateOnly, controlOnly } = strongest;
  const { confidence } = DEFAULTS;
  // As the count of pairs: without differences of the control it is a share, and no difference of two.
  if (controlOnly === 0) return wilsonInterval(Math.min(candidateOnly, pairs), pairs, confidence);
  return pairedDifference(candidateOnly, controlOnly, pairs, confidence);
}

interface Bound {
  /** Upper end of what it leaves room for. */
  readonly high: number;
  /** Pairs after which that is within the margin. */
  readonly needed: number;
}

/** All of them must be within the margin, so each may have the full confidence. */
function boundsByFields({ pairs, noisy = [], quiet = 0 }: StratumEvidence, marginRate: number): Bound[] {
  const { confidence } = DEFAULTS;
  const { rate, high } = wilsonInterval(quiet, pairs, confidence);
  const byNoisy = noisy.map(({ candidateOnly, controlOnly }): Bound => {
    const own = pairedDifference(candidateOnly, controlOnly, pairs, confidence);
    // The unluckiest of many noisy fields leads by chance, and does not for long: even noise is what is waited for.
    const half = (candidateOnly + controlOnly) / 2;
    const needed =
      own.low > marginRate ? Number.POSITIVE_INFINITY : pairsForMargin(half, half, pairs, marginRate, confidence);
    return { high: own.high, needed };
  });
  return [...(quiet > 0 ? [{ high, needed: trialsForMargin(rate, marginRate, confidence) }] : []), ...byNoisy];
}

/** Those who do not answer are not left out of a share: a candidate that dies of one request in ten is not the same. */
function boundByUnanswered({ unanswered = 0, ...evidence }: StratumEvidence, marginRate: number): Bound[] {
  if (unanswered === 0) return [];
  const { pairs, candidateMismatched } = evidence;
  const sent = pairs + unanswered;
  const { mismatch, needed } = measure(
    { ...evidence, pairs: sent, candidateMismatched: candidateMismatched + unanswered },
    marginRate,
  );
  return [{ high: mismatch.high, needed: pairs === 0 ? Number.POSITIVE_INFINITY : Math.ceil((needed * pairs) / sent) }];
}

function measure(evidence: StratumEvidence, marginRate: number): { mismatch: Interval; needed: number } {
  const { pairs, candidateMismatched, quietBesideNoise = 0 } = evidence;
  const controlMismatched = (evidence.controlMismatched ?? 0) - quietBesideNoise;
  const bothMismatched = (evidence.bothMismatched ?? 0) - quietBesideNoise;
  const { confidence } = DEFAULTS;
  if (controlMismatched <= 0) {
    const mismatch = wilsonInterval(candidateMismatched, pairs, confidence);
    return { mismatch, needed: trialsForMargin(mismatch.rate, marginRate, confidence) };
  }
  const candidateOnly = candidateMismatched - bothMismatched;
  const controlOnly = controlMismatched - bothMismatched;
  return {
    mismatch: pairedDifference(candidateOnly, controlOnly, pairs, confidence),
    needed: pairsForMargin(candidateOnly, controlOnly, pairs, marginRate, confidence),
  };
}

/**
 * One word for several strata or endpoints, which are never pooled into one rate: `different` as soon as one is,
 * `same` only when all are.
 */
export function summarise(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('different')) return 'different';
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'same') ? 'same' : 'not-enough-data';
}

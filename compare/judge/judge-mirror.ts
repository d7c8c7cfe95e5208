/**
 * The verdict on an endpoint, and on a mirror. `same` is a claim with a margin, never the absence of findings: it says
 * that at most so many pairs differ beyond noise, and that enough pairs were compared to know.
 */
import { DEFAULTS } from './defaults.ts';
import type { FieldLevel } from './judge-fields.ts';
import { pairedDifference, pairsForMargin } from './paired-difference.ts';
import { type Interval, trialsForMargin, wilsonInterval } from './wilson.ts';

export type Outcome = 'same' | 'different' | 'not-enough-data';

/**
 * Pairs of one endpoint and stratum (a segment or the sample). A pair is mismatched when the candidate differs from the
 * primary at a field where the control agrees with it; the other way round for the control. What rules ignore is left
 * out, and without a control what the verdicts call noise.
 */
export interface StratumEvidence {
  readonly pairs: number;
  readonly candidateMismatched: number;
  /** Left out when there is no control. */
  readonly controlMismatched?: number;
  /** Pairs in which both happened, at different fields. */
  readonly bothMismatched?: number;
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
  const { mismatch, needed } = measure(evidence, marginRate);
  const outcome = outcomeOf(evidence, mismatch, marginRate);
  const missing = Number.isFinite(needed) ? Math.max(1, needed - evidence.pairs) : needed;
  return { outcome, mismatch, missingPairs: outcome === 'not-enough-data' ? missing : 0 };
}

function outcomeOf({ fields, pairs }: StratumEvidence, mismatch: Interval, marginRate: number): Outcome {
  if (fields.includes('different')) return 'different';
  return pairs > 0 && mismatch.high <= marginRate ? 'same' : 'not-enough-data';
}

function measure(evidence: StratumEvidence, marginRate: number): { mismatch: Interval; needed: number } {
  const { pairs, candidateMismatched, controlMismatched = 0, bothMismatched = 0 } = evidence;
  const { confidence } = DEFAULTS;
  if (controlMismatched === 0) {
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

/**
 * Is it the candidate, or noise that happened to strike the candidate? Judged against the control copy, and stated as the
 * number of innocent fields of this mirror that are expected to look at least as different by chance.
 *
 * Most fields never differ between two copies of the same build; the exact test of McNemar cannot know that, and asks for
 * ten differences or more before it believes one of 50 fields. So this is a two-group empirical Bayes model (Efron, Large-
 * Scale Inference, 2010, chapter 2 and 5): how many rarely noisy fields a mirror has is learnt from its control, where no
 * defect can show, and those set how many differences without any in the control are too many for chance.
 */

import type { DifferenceKind } from '../diff/index.ts';
import { binomialUpperTail } from './binomial.ts';
import { type FieldEvidence, isStructural } from './evidence.ts';
import type { Tally } from './tally.ts';

/** Differences at the control up to which a field counts as rarely noisy. */
export const RARE = 30;

/**
 * Noise in half of the pairs or more is not rare, however few pairs there are yet: such a field (an id, a time) does not
 * differ several times at the candidate and never at the control. Without this, the ids of a mirror that has only begun
 * pass for rare noise, and hide its defects until every endpoint and stratum has more than `RARE` pairs.
 */
const RARE_SHARE = 0.5;

/**
 * Rates of rare noise are taken as equally frequent on a logarithmic scale (fields per factor e). What is assumed of a
 * mirror before its control has shown anything weighs as much as this many fields over this width of the scale.
 */
const ASSUMED_FIELDS = { content: 1, structure: 0.3 } as const;
const ASSUMED_WIDTH = 1.5;
const OBSERVED_WIDTH = Math.log(RARE);

/**
 * Another build may be noisier without being wrong (it loses its races more often): by these ratios with these
 * probabilities. What stays within the largest is never `different`, however many pairs say so.
 */
const INNOCENT_RATIOS = [
  { ratio: 1, probability: 0.8 },
  { ratio: 1.1, probability: 0.15 },
  { ratio: 1.2, probability: 0.04 },
  { ratio: 1.35, probability: 0.01 },
] as const;

/** Defects sit on noisy fields so much more seldom than on quiet ones. */
const NOISY_FIELD_ODDS = 4;

/** What the control copies of a mirror say of its noise. */
export interface MirrorNoise {
  /** Kinds of differences at fields whose control differed at all. */
  readonly noisyFields: number;
  /** Rarely noisy fields per factor e of the rate. */
  readonly rareDensity: { readonly content: number; readonly structure: number };
  /** Share of them whose noise strikes the primary, too, so that candidate and control differ in one pair. */
  readonly strikingPrimary: number;
}

/** Uses counts of the control alone, so that no defect can pass itself off as the usual noise. */
export function learnNoise(fields: readonly FieldEvidence[]): MirrorNoise {
  const noisy = fields.filter(isNoisy);
  const rare = noisy.filter(({ tally, pairs }) => {
    const differing = tally.controlOnly + tally.both;
    return differing <= RARE && differing < RARE_SHARE * pairs;
  });
  const density = (group: 'content' | 'structure') => {
    const observed = rare.filter(({ kind }) => groupOf(kind) === group).length;
    return (ASSUMED_FIELDS[group] + observed) / (ASSUMED_WIDTH + OBSERVED_WIDTH);
  };
  return {
    noisyFields: noisy.length,
    rareDensity: { content: density('content'), structure: density('structure') },
    strikingPrimary: shareStrikingPrimary(rare),
  };
}

/** Two copies that are struck by themselves are so in the same pair this often. */
const COINCIDENCE = 0.05;
const ROUNDS = 20;

/**
 * Noise strikes the two copies alone (a lagging replica) or the primary as well: then half of what the control shows is
 * there at the candidate, too. The share of the second sort, by expectation and maximisation; what no field has shown is
 * taken to be of the first, and one field is assumed to be.
 */
function shareStrikingPrimary(rare: readonly FieldEvidence[]): number {
  let share = 0.5;
  for (let round = 0; round < ROUNDS; round += 1) {
    const sum = rare.reduce((total, { tally: { controlOnly, both } }) => {
      const striking = share * 0.5 ** (controlOnly + both);
      const alone = (1 - share) * COINCIDENCE ** both * (1 - COINCIDENCE) ** controlOnly;
      return total + striking / (striking + alone);
    }, 0);
    share = sum / (rare.length + 1);
  }
  return share;
}

/** The control differed from the primary here. */
export function isNoisy({ tally }: FieldEvidence): boolean {
  return tally.controlOnly + tally.both > 0;
}

function groupOf(kind: DifferenceKind): 'content' | 'structure' {
  return isStructural(kind) ? 'structure' : 'content';
}

/**
 * Expected number of innocent fields that look at least as different; infinite without any difference. It never grows
 * with more differences of the candidate alone.
 */
export function expectedInnocent({ tally, kind, pairs }: FieldEvidence, noise: MirrorNoise): number {
  const { candidateOnly, controlOnly, both, candidateSpells } = tally;
  if (candidateOnly === 0) return Number.POSITIVE_INFINITY;
  if (controlOnly + both === 0)
    return noise.rareDensity[groupOf(kind)] * spikeTail(candidateSpells, noise.strikingPrimary);
  return noise.noisyFields * excessOdds(tally, pairs);
}

/** That a noisy field shows so much more at the candidate, by what is assumed of another build, against a defect. */
export function excessOdds(tally: Omit<Tally, 'lastStretch' | 'lastLead'>, pairs: number): number {
  const { candidateOnly, controlOnly, both, candidateSpells, controlSpells } = tally;
  const byPairs = excessTail(candidateOnly, controlOnly, ownOfControl(controlOnly, both, pairs));
  // Spells hold what noise that comes in bursts would make of a count of pairs.
  return NOISY_FIELD_ODDS * Math.max(byPairs, controlTail(candidateSpells, controlSpells, 0));
}

/**
 * How many differences of the control are its own, and not of a primary that was struck: of those another build may show
 * more, of the primary's it cannot.
 *
 * With g the pairs in which the control agrees, its own noise is rate q of the pairs in which the primary is not struck, and
 * a candidate that is innocent has the same. Then `both` holds the p pairs of the primary and q^2 of the others, the control
 * alone has q (1 - q) of them, and p = (both g - controlOnly (controlOnly + both)) / (g - controlOnly). The primary is of the
 * control's build, so no more than q of all pairs are put down to it: what else is in `both` may be noise that strikes both
 * copies together (they answer later than the primary), and that may grow.
 */
function ownOfControl(controlOnly: number, both: number, pairs: number): number {
  const all = controlOnly + both;
  const agreeing = pairs - all;
  if (agreeing <= controlOnly) return all;
  const struck = Math.max(0, (both * agreeing - controlOnly * all) / (agreeing - controlOnly));
  const rate = (all - struck) / (pairs - struck);
  return all - Math.min(struck, rate * pairs);
}

/**
 * Fields of density 1 that show at least k differences at the candidate and none at the control. For noise that strikes
 * both with mean m, a field shows j and 0 with probability exp(-2m) m^j / j!; over all m, evenly on the logarithmic
 * scale, that is 2^-j / j. Where the primary is struck as often, a third of the differences is of both, and it is 3^-j / j.
 */
function spikeTail(differences: number, strikingPrimary: number): number {
  let tail = 0;
  for (let count = differences; count < differences + SPIKE_TERMS; count += 1) {
    tail += ((1 - strikingPrimary) * 0.5 ** count + strikingPrimary * 3 ** -count) / count;
  }
  return tail;
}

/** Further terms are below 2^-60 of the first. */
const SPIKE_TERMS = 60;

function excessTail(candidateOnly: number, controlOnly: number, ownOfControl: number): number {
  return INNOCENT_RATIOS.reduce(
    (sum, { ratio, probability }) =>
      sum + probability * controlTail(candidateOnly, controlOnly, (ratio - 1) * ownOfControl),
    0,
  );
}

/**
 * Probability that noise of which the control alone shows `controlOnly` differences shows at least so many at the
 * candidate alone, `extra` being what the candidate may show on top: negative binomial, the predictive distribution of a
 * Poisson count given another of the same rate (Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 2.6), by its
 * binomial tail. A control that has not differed alone yet counts as once.
 */
function controlTail(candidateOnly: number, controlOnly: number, extra: number): number {
  const shown = Math.max(controlOnly, 1);
  return binomialUpperTail(candidateOnly, candidateOnly + shown - 1, (shown + extra) / (2 * shown + extra));
}

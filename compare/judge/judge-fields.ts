/**
 * The verdict on each field of a mirror, with how sure it is. Fields of all endpoints and strata of the mirror are judged
 * together, because the false discovery rate is one of the whole list that a user reads.
 */
import { expectedInnocent, learnNoise } from './against-control.ts';
import { falseDiscoveryRates } from './benjamini-hochberg.ts';
import { expectedInnocentByLooks, learnComingAndGoing } from './by-looks.ts';
import { DEFAULTS, type JudgeOptions } from './defaults.ts';
import type { FieldEvidence } from './evidence.ts';
import { mcnemarExact } from './mcnemar.ts';
import { pairedDifference } from './paired-difference.ts';
import { spellsAmong } from './tally.ts';
import { type Interval, wilsonInterval } from './wilson.ts';

/**
 * `different`: decides. `seen`: shown, decides nothing; more pairs will tell. `noise`: no more than noise explains.
 * `same`: the candidate never differed.
 */
export type FieldLevel = 'different' | 'seen' | 'noise' | 'same';

export interface FieldVerdict {
  readonly level: FieldLevel;
  /** How many innocent fields of this mirror are expected to look at least as different. Ranks the fields. */
  readonly expectedInnocent: number;
  /** Among this field and those ranked above it: the share that is expected to be innocent. */
  readonly falseDiscoveryRate: number;
  /** Exact McNemar test, one-sided, for readers who know it: uncorrected, no part in the verdict. 1 without control. */
  readonly pValue: number;
  /** Share of pairs in which the candidate differs from the primary. */
  readonly differing: Interval;
  /** Share of pairs in which the control does; unknown without one. */
  readonly noise?: Interval;
  /** Difference of the two. */
  readonly excess?: Interval;
}

/** @param control whether the pairs have a control copy; fields with and without are judged in calls of their own. */
export function judgeFields(
  counted: readonly FieldEvidence[],
  control: boolean,
  options: JudgeOptions = {},
): FieldVerdict[] {
  const limits = { ...DEFAULTS, ...options };
  const fields = counted.map(withSpellsAlike);
  const mirrorNoise = learnNoise(fields);
  const comingAndGoing = learnComingAndGoing(fields);
  const expected = fields.map((field) =>
    control ? expectedInnocent(field, mirrorNoise) : expectedInnocentByLooks(field, comingAndGoing),
  );
  const rates = falseDiscoveryRates(expected);
  return fields.map((field, index) => ({
    level: levelOf(field.tally, expected[index]!, limits),
    expectedInnocent: expected[index]!,
    falseDiscoveryRate: rates[index]!,
    ...describe(field, control),
  }));
}

/** The same evidence, with the spells of the first pairs no heavier than later ones. */
export function withSpellsAlike<Evidence extends Pick<FieldEvidence, 'tally' | 'pairs'>>(evidence: Evidence): Evidence {
  const { tally, pairs } = evidence;
  const candidateSpells = spellsAmong(pairs, tally);
  return candidateSpells === tally.candidateSpells ? evidence : { ...evidence, tally: { ...tally, candidateSpells } };
}

/** @param tally of the pairs that `expected` was worked out from. */
export function levelOf(tally: FieldEvidence['tally'], expected: number, limits: Required<JudgeOptions>): FieldLevel {
  if (tally.candidateOnly + tally.both === 0) return 'same';
  if (expected <= limits.different && tally.candidateSpells >= limits.leastSpells) return 'different';
  return expected <= limits.seen ? 'seen' : 'noise';
}

export function describe({ tally, pairs }: FieldEvidence, control: boolean) {
  const { candidateOnly, controlOnly, both } = tally;
  const { confidence } = DEFAULTS;
  const differing = wilsonInterval(candidateOnly + both, pairs, confidence);
  if (!control) return { pValue: 1, differing };
  return {
    pValue: mcnemarExact(candidateOnly, controlOnly),
    differing,
    noise: wilsonInterval(controlOnly + both, pairs, confidence),
    excess: pairedDifference(candidateOnly, controlOnly, pairs, confidence),
  };
}

/**
 * Whether a single field without a control is `noise`, whatever other fields there are: one that comes and goes is taken for
 * the only one that does.
 */
export function looksLikeNoise({
  kind,
  looks,
  opposite,
  ...field
}: Pick<FieldEvidence, 'pairs' | 'tally'> & {
  readonly kind: string;
  readonly looks: FieldEvidence['looks'] | undefined;
  readonly opposite: FieldEvidence['opposite'] | undefined;
}): boolean {
  const evidence = {
    ...withSpellsAlike(field),
    kind: kind as FieldEvidence['kind'],
    ...(looks && { looks }),
    ...(opposite && { opposite }),
  };
  const comingAndGoing = { fields: 1, rare: 0 };
  return levelOf(evidence.tally, expectedInnocentByLooks(evidence, comingAndGoing), DEFAULTS) === 'noise';
}

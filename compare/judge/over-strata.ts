/**
 * The verdicts on the fields of a mirror in all of their strata, by pairs with a control. Noise is a property of the field:
 * what the control shows of it in one segment is known in all. And pairs in which only one of the two differs may be added up
 * where rates may not, because each of them is the toss of a coin in every stratum. So each field is judged once, over all of
 * its strata: five of them are no five chances to be found by luck.
 *
 * Only where noise of one stratum may hide the defect of another, a stratum is looked at by itself as well. Such a field has
 * two chances, and each of them half of the limit (Bonferroni with weights: Genovese, Roeder and Wasserman, Biometrika 93,
 * 2006, 509-524).
 */
import { excessOdds, expectedInnocent, isNoisy, learnNoise, type MirrorNoise } from './against-control.ts';
import { falseDiscoveryRates } from './benjamini-hochberg.ts';
import { DEFAULTS, type JudgeOptions } from './defaults.ts';
import type { FieldEvidence } from './evidence.ts';
import { describe, type FieldLevel, type FieldVerdict, levelOf, withSpellsAlike } from './judge-fields.ts';
import { emptyTally, stretchOf, type Tally } from './tally.ts';

export interface StratumPart {
  readonly evidence: FieldEvidence;
  /** Of the differences of this field. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** A field of an endpoint, with the strata in which it differed. */
export interface FieldOverStrata {
  readonly parts: readonly StratumPart[];
  /** Over which the endpoint's pairs were compared. */
  readonly spanMs: number;
  /** Of the endpoint, in all strata. */
  readonly pairs: number;
}

/** Chances of a field whose strata are also looked at one by one. */
const LOOKS = 2;
const LEVELS: readonly FieldLevel[] = ['different', 'seen', 'noise'];

/**
 * What all strata show together is so in all strata in which the candidate led.
 *
 * @param fields of pairs with a control, and all of the mirror: noise is learnt from them.
 * @returns a verdict on each part of each field. Their false discovery rate is that of the field.
 */
export function judgeOverStrata(counted: readonly FieldOverStrata[], options: JudgeOptions = {}): FieldVerdict[][] {
  const limits = { ...DEFAULTS, ...options };
  const fields = counted.map((field) => ({
    ...field,
    parts: field.parts.map((part) => ({ ...part, evidence: withSpellsAlike(part.evidence) })),
  }));
  const whole = fields.map(combine);
  const noise = learnNoise(whole);
  const noisyParts = fields.reduce((sum, { parts }, index) => sum + (isNoisy(whole[index]!) ? parts.length : 0), 0);
  const looks = fields.map(({ parts }, index) => lookAt(parts, whole[index]!, noise, noisyParts));
  const rates = falseDiscoveryRates(looks.map((parts) => leastOf(parts.flat())));
  return fields.map(({ parts }, index) =>
    parts.map(({ evidence }, part) => {
      const ways = looks[index]![part]!;
      const levels = ways.map(({ tally, expected }) => levelOf(tally, expected, limits));
      const { candidateOnly, both } = evidence.tally;
      return {
        level: candidateOnly + both === 0 ? 'same' : (LEVELS.find((level) => levels.includes(level)) ?? 'noise'),
        expectedInnocent: leastOf(ways),
        falseDiscoveryRate: rates[index]!,
        ...describe(evidence, true),
      };
    }),
  );
}

/** One way to judge: by these counts, so many innocent fields look at least as different. */
interface Look {
  readonly tally: Readonly<Tally>;
  readonly expected: number;
}

function lookAt(parts: readonly StratumPart[], whole: FieldEvidence, noise: MirrorNoise, noisyParts: number): Look[][] {
  const expected = expectedInnocent(whole, noise);
  if (parts.length === 1) return [[{ tally: whole.tally, expected }]];
  // Where the control never differs in any stratum, none of them can hide what another shows.
  const looks = isNoisy(whole) ? LOOKS : 1;
  return parts.map(({ evidence: { tally, pairs } }) => {
    const { candidateOnly, controlOnly } = tally;
    const ways: Look[] = [];
    if (candidateOnly > controlOnly) ways.push({ tally: whole.tally, expected: looks * expected });
    if (looks === 1 || candidateOnly === 0) return ways;
    return [...ways, { tally, expected: looks * noisyParts * excessOdds(tally, pairs) }];
  });
}

function leastOf(looks: readonly Look[]): number {
  return looks.reduce((least, { expected }) => Math.min(least, expected), Number.POSITIVE_INFINITY);
}

function combine(field: FieldOverStrata): FieldEvidence {
  const { parts, pairs } = field;
  const tally = emptyTally();
  for (const { evidence } of parts) {
    tally.candidateOnly += evidence.tally.candidateOnly;
    tally.controlOnly += evidence.tally.controlOnly;
    tally.both += evidence.tally.both;
    tally.controlSpells += evidence.tally.controlSpells;
  }
  const spells = parts.map(({ evidence }) => evidence.tally.candidateSpells);
  const apart = timesApart(field) - tally.controlOnly - tally.both;
  const sum = spells.reduce((total, count) => total + count, 0);
  tally.candidateSpells = Math.min(sum, Math.max(...spells, apart));
  return { kind: parts[0]!.evidence.kind, pairs, tally };
}

/**
 * A burst can strike all strata at once and is still one event, so their spells are not added up. Of each stratum the first
 * and the last difference are known: as many of these as lie a stretch apart are separate events. Each difference of the
 * control may be one of them.
 */
function timesApart({ parts, spanMs, pairs }: FieldOverStrata): number {
  const stretchMs = spanMs / Math.max(1, stretchOf(pairs));
  const times = parts.flatMap(({ firstAtMs, lastAtMs }) => [firstAtMs, lastAtMs]).sort((one, other) => one - other);
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time - last <= stretchMs) continue;
    count += 1;
    last = time;
  }
  return count;
}

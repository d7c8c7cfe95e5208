export { benjaminiHochberg } from './benjamini-hochberg.ts';
export { logGamma } from './binomial.ts';
export { DEFAULTS, type JudgeOptions } from './defaults.ts';
export { diffyFlags } from './diffy-rule.ts';
export type { FieldEvidence, Looks, ValueFormat } from './evidence.ts';
export { type FieldLevel, type FieldVerdict, judgeFields, looksLikeNoise } from './judge-fields.ts';
export {
  type Discordant,
  judgeStratum,
  type Outcome,
  type StratumEvidence,
  type StratumVerdict,
  summarise,
} from './judge-mirror.ts';
export { mannWhitney, type Shift } from './mann-whitney.ts';
export { mcnemarExact } from './mcnemar.ts';
export { type Share, shareDifference } from './newcombe.ts';
export { normalQuantile } from './normal.ts';
export { type FieldOverStrata, judgeOverStrata, type StratumPart } from './over-strata.ts';
export { countDifference, emptyTally, type Tally } from './tally.ts';
export { type Interval, wilsonInterval } from './wilson.ts';

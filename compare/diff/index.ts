export { type CompareOptions, type Comparison, compareAnswers } from './compare-answers.ts';
export { undoContentEncoding } from './content-encoding.ts';
export type { Difference, DifferenceKind, FindingLimits } from './difference.ts';
export { formatOf } from './format-of.ts';
export { type Body, PreparedAnswer } from './prepared-answer.ts';
export type { Rule, RuleEffect, ValueFormat } from './rule.ts';
export { type CompiledRules, compileRules } from './rule-matcher.ts';

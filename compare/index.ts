export type { GuardSign } from './pipeline/index.ts';
export { type ComparisonServer, type ComparisonServerOptions, startComparison } from './start-comparison.ts';

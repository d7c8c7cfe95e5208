export { type ComparisonServer, type ComparisonServerOptions, startComparison } from './start-comparison.ts';

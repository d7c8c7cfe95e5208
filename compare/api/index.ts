export type { Comparison, SampleQuery } from './comparison.ts';
export { type ComparisonRoutesOptions, comparisonRoutes } from './comparison-routes.ts';

export type { Comparison, SampleQuery } from './comparison.ts';
export { type ComparisonRoutesOptions, comparisonRoutes, type RuleView } from './comparison-routes.ts';
export { comparisonOpenApi } from './openapi.ts';

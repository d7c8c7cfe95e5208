export type { Comparison, SampleQuery } from './comparison.ts';
export {
  type ComparisonRoutesOptions,
  comparisonRoutes,
  type RuleMadeView,
  type RuleView,
} from './comparison-routes.ts';
export { comparisonOpenApi } from './openapi.ts';

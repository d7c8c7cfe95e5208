export { LiveComparison, type LiveComparisonOptions } from './live-comparison.ts';

export { createLiveMetrics } from './live-metrics.ts';
export {
  type RunningComparison,
  type StartLiveComparisonOptions,
  startLiveComparison,
} from './start-live-comparison.ts';

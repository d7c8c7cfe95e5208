export {
  type RunningComparison,
  type StartLiveComparisonOptions,
  startLiveComparison,
} from './start-live-comparison.ts';

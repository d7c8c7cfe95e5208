export { type BarChart, barChart } from './bar-chart.ts';
export { type BenchProcess, startBenchProcess } from './bench-process.ts';
export { busyBetween, type CalmOptions, readTicks, waitForCalm } from './calm.ts';
export { describeMachine, type Machine, machineLines } from './machine.ts';
export { type PausedLoad, startPausedLoad } from './paused-load.ts';
export { type PinnedEnvoy, type PinnedEnvoyOptions, startPinnedEnvoy } from './pinned-envoy.ts';
export { elapsedMicroseconds, readThreadTimes, type ThreadTime, type ThreadTimes } from './process-cpu.ts';
export { type Random, seededRandom, shuffled } from './random.ts';
export {
  type Estimate,
  median,
  pairedDifference,
  pairedRatio,
  percentile,
  type Spread,
  spread,
} from './statistics.ts';
export { type Column, table } from './table.ts';
export { type Load, type LoadRequest, requireTools, runLoad } from './wrk.ts';

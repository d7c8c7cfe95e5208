export { type BarChart, barChart } from './bar-chart.ts';
export { type BenchProcess, startBenchProcess } from './bench-process.ts';
export { callgrind, InstructionCounter, requireValgrind } from './callgrind.ts';
export { busyBetween, type CalmOptions, readTicks, waitForCalm } from './calm.ts';
export {
  checkAnswered,
  escapePattern,
  type Lane,
  type LaneCounters,
  openLane,
  readLaneCounters,
  runSlice,
  type Slice,
} from './lane.ts';
export { describeMachine, type Machine, machineLines } from './machine.ts';
export { type PinnedEnvoy, type PinnedEnvoyOptions, startPinnedEnvoy } from './pinned-envoy.ts';
export { elapsedMicroseconds, readThreadTimes, type ThreadTime, type ThreadTimes } from './process-cpu.ts';
export { type Random, seededRandom, shuffled } from './random.ts';
export { nextEnvoy } from './rounds.ts';
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

export { type Drift, driftAt, driftPath, possibleDrift, withoutDrift } from './drift.ts';
export { DriftWatch, type DriftWatchOptions } from './drift-watch.ts';
export { writtenAt } from './written-at.ts';

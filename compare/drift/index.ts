export { type Drift, driftAt, driftPath, type Lack, possibleLack, withoutDrift } from './drift.ts';
export { DriftWatch, type DriftWatchOptions } from './drift-watch.ts';
export { writtenAt } from './written-at.ts';

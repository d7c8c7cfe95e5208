export type { Changes } from './changes.ts';
export { ComparisonStore, type StoredCounts } from './comparison-store.ts';
export {
  type ChangeSource,
  Flusher,
  type FlusherOptions,
  type FlusherStatus,
} from './flusher.ts';
export type { Retention } from './retention.ts';
export type {
  StoredCell,
  StoredEpoch,
  StoredField,
  StoredLatencies,
  StoredLoss,
  StoredRule,
  StoredSample,
  StoredSampleSlot,
  StoredSeriesPoint,
} from './tables.ts';

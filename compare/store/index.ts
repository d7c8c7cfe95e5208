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
  StoredLoss,
  StoredRule,
  StoredSample,
  StoredSampleSlot,
} from './tables.ts';

export { type BoundOptions, type Bounds, type PairedCounts, pairedBounds } from './paired-bounds.ts';
export {
  cellOf,
  edgeMs,
  type LatencyCells,
  type QuantileOptions,
  quantileBounds,
} from './quantile-bounds.ts';
export { differenceBounds, type Share, shareBounds } from './share-bounds.ts';

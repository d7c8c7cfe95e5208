import type {
  EpochHead,
  EpochInput,
  LatencyInput,
  MirrorInput,
  SampleInput,
  SeriesPointInput,
} from '../report/index.ts';

export interface SampleQuery {
  /** Absent: the current one. */
  readonly epoch?: number;
  readonly endpoint?: string;
  readonly path?: string;
  readonly kind?: string;
  /** Only exchanges since then. */
  readonly sinceMs?: number;
  readonly limit: number;
}

/** What the routes ask of the comparison; each question may go to memory or to the store. */
export interface Comparison {
  /** @throws ShadowplaneError MIRROR_NOT_FOUND with the nearest name */
  mirror(name: string): MirrorInput;
  /** Numbers, oldest first; empty before the first pair. */
  epochs(mirror: string): Promise<readonly number[]>;
  /** What there is to say of each without reading all that was counted in it; oldest first. */
  epochHeads(mirror: string): Promise<readonly EpochHead[]>;
  /** Undefined when it is not kept any more, or never was. */
  epoch(mirror: string, number: number): Promise<EpochInput | undefined>;
  /** Of an epoch: the random choices of latencies. */
  latencies(mirror: string, epoch: number): Promise<readonly LatencyInput[]>;
  /** Counts a minute of the last hours. */
  series(mirror: string, nowMs: number): readonly SeriesPointInput[];
  /** What is compared from now on counts in an epoch of its own. */
  beginEpoch(mirror: string): void;
  /** Redacted; those that explain most first. */
  samples(mirror: string, query: SampleQuery): Promise<readonly SampleInput[]>;
  sample(mirror: string, id: string): Promise<SampleInput | undefined>;
}

/** What bounds the counts and samples, whatever the traffic holds. What is beyond is counted, never dropped in silence. */
export interface TallyLimits {
  readonly mirrors: number;
  /** Of a mirror; the oldest goes. */
  readonly epochs: number;
  /** Of an epoch; further ones are counted together as OTHER_ENDPOINTS. */
  readonly endpoints: number;
  /** Of an endpoint: segments and the sample, with and without control. Further ones are counted together. */
  readonly strata: number;
  /** Of a stratum of an endpoint: kinds of difference at paths. Further ones count as a difference of the pair only. */
  readonly fields: number;
  /** The same, of a whole epoch. */
  readonly fieldsOfEpoch: number;
  /** Latencies that are kept of a stratum of an endpoint: a random choice of all, the same pairs for every arm. */
  readonly latencies: number;
  /** Samples of a group. */
  readonly samples: number;
  /** Of all samples together. */
  readonly sampleBytes: number;
}

export const DEFAULT_TALLY_LIMITS: TallyLimits = Object.freeze({
  mirrors: 256,
  epochs: 8,
  endpoints: 500,
  strata: 64,
  fields: 500,
  fieldsOfEpoch: 20_000,
  latencies: 512,
  samples: 20,
  sampleBytes: 64 * 2 ** 20,
});

export const OTHER_ENDPOINTS = '(other endpoints)';
export const OTHER_SEGMENTS = '(other segments)';

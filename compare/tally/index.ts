export { type ArmOutcome, type CapturedSample, type Compared, differenceKey } from './compared.ts';
export type { EpochBounds } from './epochs.ts';
export { DEFAULT_TALLY_LIMITS, OTHER_ENDPOINTS, OTHER_SEGMENTS, type TallyLimits } from './limits.ts';
export { ALWAYS_REDACTED, type RedactedSample, type Redaction } from './redact.ts';
export { type ArmCounts, type FieldCounts, LATENCY, type StratumCounts } from './stratum-counts.ts';
export { type EndpointTally, type EpochTally, type MirrorTally, Tallies, type TalliesOptions } from './tallies.ts';

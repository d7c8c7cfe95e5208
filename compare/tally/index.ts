export { type ArmOutcome, type CapturedSample, type Compared, differenceKey } from './compared.ts';
export type { EpochBounds } from './epochs.ts';
export { OTHER_ENDPOINTS, OTHER_SEGMENTS, type TallyLimits } from './limits.ts';
export { lookAt } from './looks.ts';
export { type RedactedSample, type Redaction, redactAgain, redactAnswer } from './redact.ts';
export { REDACTED } from './redact-json.ts';
export { SERIES_MS, type SeriesPoint } from './series.ts';
export type { Arm, ArmCounts, FieldCounts, StratumCounts } from './stratum-counts.ts';
export { type EndpointTally, type EpochTally, type MirrorTally, Tallies, type TalliesOptions } from './tallies.ts';

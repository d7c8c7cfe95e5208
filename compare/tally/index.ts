export { type ArmOutcome, type CapturedSample, type Compared, differenceKey } from './compared.ts';
export type { EpochBounds } from './epochs.ts';
export { OTHER_ENDPOINTS, OTHER_SEGMENTS, type TallyLimits } from './limits.ts';
export { lookAt } from './looks.ts';
export { type RedactedSample, type Redaction, redactAnswer } from './redact.ts';
export { REDACTED } from './redact-json.ts';
export type { ArmCounts, FieldCounts, StratumCounts } from './stratum-counts.ts';
export { type EndpointTally, type EpochTally, type MirrorTally, Tallies, type TalliesOptions } from './tallies.ts';

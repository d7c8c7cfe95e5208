export { formatAddress, parseAddress } from './address.ts';
export { DEFAULTS } from './defaults.ts';
export type * from './model.ts';
export { type ParsedPolicy, parsePolicy } from './parse-policy.ts';
export { type ParsedPolicyFile, parsePolicyFile } from './parse-policy-file.ts';
export { ALL, formatPercent, NONE, type PerMillion, parsePercent } from './percent.ts';
export { formatProblem } from './problems.ts';
export type { ConditionDocument, ListenerDocument, MirrorDocument, PolicyDocument, ServiceDocument } from './schema.ts';
export { formatDuration, formatSize, parseDurationMs, parseSizeBytes } from './units.ts';

export { formatAddress, parseAddress, parseListenAddress } from './address.ts';
export { DEFAULTS } from './defaults.ts';
export { jsonSchema, toPortable } from './json-schema.ts';
export type * from './model.ts';
export { didYouMean } from './nearest.ts';
export { type ParsedPolicy, parsePolicy } from './parse-policy.ts';
export { type ParsedPolicyFile, parsePolicyFile } from './parse-policy-file.ts';
export { ALL, formatPercent, NONE, type PerMillion, parsePercent } from './percent.ts';
export { formatProblem } from './problems.ts';
export {
  type ConditionDocument,
  DEFINITIONS as policyDefinitions,
  type ListenerDocument,
  type MirrorDocument,
  MirrorSchema,
  NAME_PATTERN as MIRROR_NAME_PATTERN,
  type PolicyDocument,
  PolicySchema,
  type ServiceDocument,
} from './schema.ts';
export { PolicyStore, type PolicyStoreOptions, type StoredPolicy } from './store.ts';
export { formatDuration, formatSize, parseDurationMs, parseSizeBytes } from './units.ts';
export { type PolicyFileWatcher, readPolicyText, type WatchOptions, watchPolicyFile } from './watch-policy-file.ts';

export { formatAddress, isLoopbackHost, parseAddress, parseListenAddress } from './address.ts';
export { connectionOptions } from './connection-options.ts';
export { type Difference, differences, differencesWithin } from './differences.ts';
export { jsonSchema, toPortable } from './json-schema.ts';
export type * from './model.ts';
export { parsePolicy } from './parse-policy.ts';
export { type ParsedPolicyFile, parsePolicyFile } from './parse-policy-file.ts';
export { formatProblem } from './problems.ts';
export { FIELD_PATH_HINT, isFieldPath, RULE_EFFECTS, VALUE_FORMATS } from './rule-effects.ts';
export {
  DEFINITIONS as policyDefinitions,
  type MirrorDocument,
  MirrorSchema,
  NAME_PATTERN as MIRROR_NAME_PATTERN,
  type PolicyDocument,
  PolicySchema,
} from './schema.ts';
export { PolicyStore, type Revision, ROLLBACK_ACTOR, type StoredPolicy } from './store.ts';
export { parseDurationMs } from './units.ts';
export { type PolicyFileWatcher, readPolicyText, watchPolicyFile } from './watch-policy-file.ts';

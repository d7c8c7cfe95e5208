/** What a rule of the comparison can say, and the keys that each effect takes beside those that all rules have. */
export const RULE_EFFECTS = Object.freeze({
  ignore: [],
  tolerance: ['absolute', 'relative'],
  format: ['format'],
  unordered: [],
  keyed: ['key'],
  nullEqualsMissing: [],
} as const satisfies Record<string, readonly RuleDetail[]>);

export const VALUE_FORMATS = Object.freeze(['timestamp', 'date', 'uuid', 'ulid', 'hash', 'number', 'string'] as const);

export type RuleDetail = 'absolute' | 'relative' | 'format' | 'key';
export const RULE_DETAILS: readonly RuleDetail[] = ['absolute', 'relative', 'format', 'key'];

const NAMED_PATH = /^(?::(?:status|grpc-status|body|message)(?:\/\*)?|(?:header|trailer):[!#$%&'*+.^_`|~\w-]+)$/;

/** Whether a text names a place in an answer: a JSON Pointer (empty: the whole body), `:status`, `header:NAME` and such. */
export function isFieldPath(path: string): boolean {
  return path === '' || path.startsWith('/') || NAMED_PATH.test(path);
}

export const FIELD_PATH_HINT =
  'must begin with "/" (a JSON Pointer) or be :status, :grpc-status, :body, header:NAME or trailer:NAME';

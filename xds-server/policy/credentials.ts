/** Headers of a request that say who sent it. `credentials: strip` takes them off a copy; none of them is ever captured. */
export const CREDENTIAL_HEADERS = Object.freeze([
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-api-key',
] as const);

import { typeUrlOf } from './type-url.ts';
import type { AnyJson, Messages } from './types/envoy.ts';

/**
 * A message as `google.protobuf.Any` holds it in JSON, its fields checked by the compiler:
 * `packed('envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true })`.
 */
export function packed<Name extends keyof Messages>(fullName: Name, json: Messages[Name]): AnyJson {
  return { '@type': typeUrlOf(fullName), ...json };
}

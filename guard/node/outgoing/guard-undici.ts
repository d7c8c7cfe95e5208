import { MARKER, type ShadowGuard } from '../shadow-guard.ts';
import { decide, type OutgoingOptions, refusal } from './rules.ts';

/** What is needed of undici's options of a dispatch; its versions differ in the rest. */
interface DispatchLike {
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers?: unknown;
}

/**
 * For the package `undici` and its dispatchers: `new Agent().compose(undiciGuard(guard, options))`. It refuses and marks as
 * the guarded `fetch` does. An interceptor cannot answer in the shape of every version, so a call with a stub is refused.
 */
export function undiciGuard(guard: ShadowGuard, options: OutgoingOptions = {}) {
  // biome-ignore lint/suspicious/noExplicitAny: undici's own types are not to be had without undici.
  return (dispatch: any) => (call: any, handler: any) => {
    if (!guard.isShadow) return dispatch(call, handler);
    const { origin, path, method, headers } = call as DispatchLike;
    const url = new URL(path, origin);
    if (decide(method.toUpperCase(), url, options).action !== 'pass') throw refusal(guard, method.toUpperCase(), url);
    return dispatch({ ...call, headers: withMarker(headers) }, handler);
  };
}

/** Headers as undici takes them: a flat list, pairs or an object. */
function withMarker(headers: unknown): unknown {
  if (Array.isArray(headers)) return [...headers, MARKER, 'true'];
  const pairs = headers as Iterable<[string, string]> | undefined;
  if (typeof pairs?.[Symbol.iterator] === 'function') return [...pairs, [MARKER, 'true']].flat();
  return { ...(headers as object | undefined), [MARKER]: 'true' };
}

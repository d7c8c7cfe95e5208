import { Bytes, View } from '../../proxy-wasm/assembly/index';

/** Index where the query or fragment of a request target starts, or its length. */
export function pathEnd(target: View): i32 {
  for (let i = 0; i < target.length; i++) {
    const byte = load<u8>(target.address + i);
    if (byte == 0x3f || byte == 0x23) return i;
  }
  return target.length;
}

/**
 * Envoy's `path_separated_prefix`: the prefix itself and what is below it. `/api/orders` takes `/api/orders/7`, not
 * `/api/ordersX`. The prefix `/` takes every path that starts with it.
 */
// @ts-expect-error: decorator
@inline
export function isUnder(path: View, prefix: Bytes): bool {
  if (!path.startsWith(prefix)) return false;
  return path.length == prefix.length || prefix.length == 1 || path.at(prefix.length) == 0x2f;
}

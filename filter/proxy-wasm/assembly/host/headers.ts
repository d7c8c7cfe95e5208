import { Bytes } from '../memory/bytes';
import { View } from '../memory/view';
import {
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_size,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
} from './imports';
import { clearOut, OUT_ADDRESS, OUT_SIZE, outAddress, outSize } from './out';
import { Status } from './types';

/**
 * Points `value` at the header and answers whether there is one. Of a repeated header Envoy hands out the first (those
 * that it joins itself while parsing, such as `accept`, are one). Names are lower case. The bytes live until the current
 * callback ends.
 */
// @ts-expect-error: decorator
@inline
export function getHeader(map: u32, name: Bytes, value: View): bool {
  clearOut();
  const status = proxy_get_header_map_value(map, name.address, name.length, OUT_ADDRESS, OUT_SIZE);
  if (status != Status.Ok) {
    value.clear();
    return false;
  }
  value.set(outAddress(), outSize());
  return true;
}

export function addHeader(map: u32, name: Bytes, value: Bytes): u32 {
  return proxy_add_header_map_value(map, name.address, name.length, value.address, value.length);
}

export function replaceHeader(map: u32, name: Bytes, value: Bytes): u32 {
  return proxy_replace_header_map_value(map, name.address, name.length, value.address, value.length);
}

export function removeHeader(map: u32, name: Bytes): u32 {
  return proxy_remove_header_map_value(map, name.address, name.length);
}

/** Size in bytes of the whole map, 0 when it is not available now. */
export function headerMapBytes(map: u32): u32 {
  clearOut();
  return proxy_get_header_map_size(map, OUT_ADDRESS) == Status.Ok ? load<u32>(OUT_ADDRESS) : 0;
}

/**
 * The whole map in the ABI's form, to be walked with `Pairs`. One call, but it copies every header: for a few names
 * `getHeader` is cheaper.
 */
export function getHeaders(map: u32, pairs: View): bool {
  clearOut();
  if (proxy_get_header_map_pairs(map, OUT_ADDRESS, OUT_SIZE) != Status.Ok) {
    pairs.clear();
    return false;
  }
  pairs.set(outAddress(), outSize());
  return true;
}

import { Bytes } from '../memory/bytes';
import { View } from '../memory/view';
import { proxy_call_foreign_function } from './imports';
import { clearOut, OUT_ADDRESS, OUT_SIZE, outAddress, outSize } from './out';
import { Status } from './types';

/**
 * Calls a function that the host offers beside the ABI. Argument and result are bytes of any kind; `result` is empty
 * when the function returns nothing or fails.
 */
export function callForeign(name: Bytes, argument: Bytes | null, result: View): u32 {
  clearOut();
  const address: usize = argument === null ? 0 : argument.address;
  const length: usize = argument === null ? 0 : argument.length;
  const status = proxy_call_foreign_function(name.address, name.length, address, length, OUT_ADDRESS, OUT_SIZE);
  if (status == Status.Ok) result.set(outAddress(), outSize());
  else result.clear();
  return status;
}

const CLEAR_ROUTE_CACHE = Bytes.of('clear_route_cache');

/** Lets the router choose the route again, after what it matches on has changed. */
export function clearRouteCache(): u32 {
  return proxy_call_foreign_function(CLEAR_ROUTE_CACHE.address, CLEAR_ROUTE_CACHE.length, 0, 0, OUT_ADDRESS, OUT_SIZE);
}

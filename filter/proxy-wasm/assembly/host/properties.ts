import { Bytes } from '../memory/bytes';
import { View } from '../memory/view';
import { proxy_get_property, proxy_set_property } from './imports';
import { clearOut, OUT_ADDRESS, OUT_SIZE, outAddress, outSize } from './out';
import { Status } from './types';

/** A property's path as the host wants it: `propertyPath('xds.route_name')` separates the parts with zero bytes. */
export function propertyPath(dotted: string): Bytes {
  const path = Bytes.of(dotted);
  for (let i = 0; i < path.length; i++) {
    if (load<u8>(path.address + i) == 0x2e) store<u8>(path.address + i, 0);
  }
  return path;
}

/** Points `value` at the property's raw bytes: text as is, integers as 8 bytes little endian, booleans as one byte. */
export function getProperty(path: Bytes, value: View): bool {
  clearOut();
  if (proxy_get_property(path.address, path.length, OUT_ADDRESS, OUT_SIZE) != Status.Ok) {
    value.clear();
    return false;
  }
  value.set(outAddress(), outSize());
  return true;
}

/** Writes the stream's filter state `wasm.NAME`; later filters and route matchers read it there. NAME may contain dots. */
export function setFilterState(name: Bytes, value: Bytes): u32 {
  return proxy_set_property(name.address, name.length, value.address, value.length);
}

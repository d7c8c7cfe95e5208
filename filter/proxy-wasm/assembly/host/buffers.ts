import { place } from '../memory/scratch';
import { View } from '../memory/view';
import { proxy_get_buffer_bytes, proxy_get_buffer_status, proxy_set_buffer_bytes } from './imports';
import { clearOut, OUT_ADDRESS, OUT_EXTRA, OUT_SIZE, outAddress, outSize } from './out';
import { Status } from './types';

/** Points `bytes` at up to `length` bytes of a buffer from `start`; false when there is none or it is too much to hold. */
export function getBuffer(type: u32, start: u32, length: u32, bytes: View): bool {
  clearOut();
  if (proxy_get_buffer_bytes(type, start, length, OUT_ADDRESS, OUT_SIZE) != Status.Ok) {
    bytes.clear();
    return false;
  }
  bytes.set(outAddress(), outSize());
  return true;
}

/**
 * Writes up to `length` bytes of a buffer from `start` to `address`, which is to have room for them and to be nobody's
 * managed object, without a detour through the arena. Answers how many there were.
 */
export function copyBuffer(type: u32, start: u32, length: u32, address: usize): i32 {
  clearOut();
  place(address, length);
  const status = proxy_get_buffer_bytes(type, start, length, OUT_ADDRESS, OUT_SIZE);
  place(0, 0);
  if (status != Status.Ok) return 0;
  const size = min(outSize(), <i32>length);
  if (size > 0 && outAddress() != address) memory.copy(address, outAddress(), size);
  return size;
}

/** How many bytes the buffer holds now. */
export function bufferLength(type: u32): u32 {
  store<u32>(OUT_EXTRA, 0);
  return proxy_get_buffer_status(type, OUT_EXTRA, OUT_EXTRA + 4) == Status.Ok ? load<u32>(OUT_EXTRA) : 0;
}

/** Replaces `length` bytes from `start` with `bytes`. */
export function setBuffer(type: u32, start: u32, length: u32, bytes: View): u32 {
  return proxy_set_buffer_bytes(type, start, length, bytes.address, bytes.length);
}

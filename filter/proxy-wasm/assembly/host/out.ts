/**
 * Where the host writes an address and a size that it returns. One place for all calls: the host writes both at the end
 * of a call and the wrapper reads them before it makes another.
 */
export const OUT_ADDRESS: usize = memory.data(16, 8);
export const OUT_SIZE: usize = OUT_ADDRESS + 4;
/** A third word or a 64 bit value. */
export const OUT_EXTRA: usize = OUT_ADDRESS + 8;

// @ts-expect-error: decorator
@inline
export function outAddress(): usize {
  return load<u32>(OUT_ADDRESS);
}

// @ts-expect-error: decorator
@inline
export function outSize(): i32 {
  return load<i32>(OUT_SIZE);
}

/** Set before a call that may leave the pair untouched. */
// @ts-expect-error: decorator
@inline
export function clearOut(): void {
  store<u64>(OUT_ADDRESS, 0);
}

/**
 * The arena for what the host hands over. The host asks the module for memory (`proxy_on_memory_allocate`) for every
 * header, property or body it returns; here that is a pointer increment, and the whole arena is emptied when the next
 * callback starts. So returned data lives exactly as long as the current callback; keep a copy of what must live longer.
 *
 * Bounded: a callback gets at most `SCRATCH_LIMIT` bytes. Beyond that the allocator answers 0, which the host turns into
 * a failed host call (`Status.InvalidMemoryAccess`) instead of a trap.
 */

/** Block that is kept for good: large enough that ordinary callbacks never allocate. */
const BLOCK_BYTES: usize = 64 * 1024;

/** The most that one callback may hold, all blocks together. */
export const SCRATCH_LIMIT: usize = 16 * 1024 * 1024;

/** Header of an overflow block: address of the one before it. */
const LINK_BYTES: usize = 16;

const base: usize = heap.alloc(BLOCK_BYTES);
let next: usize = base;
let end: usize = base + BLOCK_BYTES;
let overflow: usize = 0;
let overflowBytes: usize = 0;

/** Where the next allocation goes instead of the arena, and how much fits there; 0 is nowhere. */
let placeAddress: usize = 0;
let placeSize: usize = 0;

/** Lets the next allocation be at `address` if it needs no more than `size` bytes: the host then writes right there. */
export function place(address: usize, size: usize): void {
  placeAddress = address;
  placeSize = size;
}

/** Address of `size` fresh bytes, aligned to 8, or 0 when the limit is reached. */
export function allocate(size: usize): usize {
  if (placeAddress != 0) {
    const address = placeAddress;
    placeAddress = 0;
    if (size <= placeSize) return address;
  }
  const available = end - next;
  if (size <= available) {
    const address = next;
    const padded = (size + 7) & ~7;
    next = padded <= available ? address + padded : end;
    return address;
  }
  return allocateBlock(size);
}

function allocateBlock(size: usize): usize {
  if (size > SCRATCH_LIMIT) return 0;
  const wanted = LINK_BYTES + max((size + 7) & ~7, BLOCK_BYTES);
  if (overflowBytes + wanted > SCRATCH_LIMIT) return 0;
  const block = heap.alloc(wanted);
  store<usize>(block, overflow);
  overflow = block;
  overflowBytes += wanted;
  end = block + wanted;
  next = block + LINK_BYTES;
  return allocate(size);
}

/** Forgets everything allocated so far. */
// @ts-expect-error: decorator
@inline
export function reset(): void {
  next = base;
  if (overflow != 0) releaseOverflow();
}

function releaseOverflow(): void {
  let block = overflow;
  while (block != 0) {
    const before = load<usize>(block);
    heap.free(block);
    block = before;
  }
  overflow = 0;
  overflowBytes = 0;
  end = base + BLOCK_BYTES;
}

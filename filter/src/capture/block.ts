import { MemoryBound } from './memory-bound';
import { putTag, putVarint, varintSize, WIRE_BYTES, WIRE_VARINT } from './protobuf';
import { readableText } from './utf8';

const FIRST_BYTES: i32 = 1024;

/**
 * Bytes that grow at their end, outside of what is garbage-collected, every one of them counted against a bound. What
 * does not fit within the bound is not written; the methods that append answer whether it was.
 */
export class Block {
  private start: usize = 0;
  private capacity: i32 = 0;
  length: i32 = 0;

  /** `usually`: what it seldom grows beyond, so that doubling does not take twice what is needed. */
  constructor(
    private readonly bound: MemoryBound,
    private readonly usually: i32,
  ) {}

  // @ts-expect-error: decorator
  @inline
  get address(): usize {
    return this.start;
  }

  // @ts-expect-error: decorator
  @inline
  get end(): usize {
    return this.start + this.length;
  }

  /** Room for `more` bytes behind what there is. */
  // @ts-expect-error: decorator
  @inline
  reserve(more: i32): bool {
    return this.length + more <= this.capacity || this.grow(this.length + more);
  }

  private grow(needed: i32): bool {
    const before = this.capacity;
    let size = max(min(max(before * 2, FIRST_BYTES), this.usually), needed);
    if (!this.bound.take(size - before)) {
      size = needed;
      if (!this.bound.take(size - before)) return false;
    }
    this.start = before == 0 ? heap.alloc(size) : heap.realloc(this.start, size);
    this.capacity = size;
    return true;
  }

  /** Gives all memory back. */
  release(): void {
    if (this.capacity == 0) return;
    heap.free(this.start);
    this.bound.give(this.capacity);
    this.start = 0;
    this.capacity = 0;
    this.length = 0;
  }

  appendRaw(address: usize, length: i32): bool {
    if (!this.reserve(length)) return false;
    memory.copy(this.end, address, length);
    this.length += length;
    return true;
  }

  /** A field of type string; bytes that are no UTF-8 become `?`, because some readers refuse the whole message. */
  appendText(field: u32, address: usize, length: i32): bool {
    if (!this.reserve(length + 12)) return false;
    let at = putTag(this.end, field, WIRE_BYTES);
    at = putVarint(at, length);
    memory.copy(at, address, length);
    readableText(at, length);
    this.length = <i32>(at - this.start) + length;
    return true;
  }

  /** A field of type Header. */
  appendHeader(field: u32, name: usize, nameLength: i32, value: usize, valueLength: i32): bool {
    if (!this.reserve(nameLength + valueLength + 32)) return false;
    const size = 2 + varintSize(nameLength) + nameLength + varintSize(valueLength) + valueLength;
    let at = putTag(this.end, field, WIRE_BYTES);
    at = putVarint(at, size);
    at = putTag(at, 1, WIRE_BYTES);
    at = putVarint(at, nameLength);
    memory.copy(at, name, nameLength);
    readableText(at, nameLength);
    at = putTag(at + nameLength, 2, WIRE_BYTES);
    at = putVarint(at, valueLength);
    memory.copy(at, value, valueLength);
    this.length = <i32>(at - this.start) + valueLength;
    return true;
  }

  appendNumber(field: u32, value: u64): bool {
    if (value == 0) return true;
    if (!this.reserve(12)) return false;
    const at = putVarint(putTag(this.end, field, WIRE_VARINT), value);
    this.length = <i32>(at - this.start);
    return true;
  }
}

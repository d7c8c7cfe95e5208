import { Bytes } from './bytes';
import { sameBytes } from './same-bytes';

/**
 * A window on bytes that somebody else owns, usually the scratch arena. A View is made once and pointed at one value
 * after the other, so that reading and comparing a header allocates nothing.
 */
export class View {
  address: usize = 0;
  length: i32 = 0;

  // @ts-expect-error: decorator
  @inline
  set(address: usize, length: i32): void {
    this.address = address;
    this.length = length;
  }

  // @ts-expect-error: decorator
  @inline
  clear(): void {
    this.length = 0;
  }

  /** The byte at `index`, or 0 beyond the end. */
  // @ts-expect-error: decorator
  @inline
  at(index: i32): u8 {
    return <u32>index < <u32>this.length ? load<u8>(this.address + index) : 0;
  }

  // @ts-expect-error: decorator
  @inline
  equals(other: Bytes): bool {
    return this.length == other.length && sameBytes(this.address, other.address, other.length);
  }

  // @ts-expect-error: decorator
  @inline
  startsWith(prefix: Bytes): bool {
    return this.length >= prefix.length && sameBytes(this.address, prefix.address, prefix.length);
  }

  // @ts-expect-error: decorator
  @inline
  endsWith(suffix: Bytes): bool {
    const start = this.length - suffix.length;
    return start >= 0 && sameBytes(this.address + start, suffix.address, suffix.length);
  }

  contains(needle: Bytes): bool {
    const needleLength = needle.length;
    if (needleLength == 0) return true;
    const first = load<u8>(needle.address);
    let index = this.indexOf(first, 0);
    while (index >= 0 && index + needleLength <= this.length) {
      if (sameBytes(this.address + index, needle.address, needleLength)) return true;
      index = this.indexOf(first, index + 1);
    }
    return false;
  }

  /** Index of the first `byte` at or after `from`, or -1. */
  indexOf(byte: u8, from: i32): i32 {
    if (from < 0) return -1;
    for (let i = from; i < this.length; i++) {
      if (load<u8>(this.address + i) == byte) return i;
    }
    return -1;
  }

  /** For messages only: allocates. */
  toString(): string {
    return String.UTF8.decodeUnsafe(this.address, this.length);
  }
}

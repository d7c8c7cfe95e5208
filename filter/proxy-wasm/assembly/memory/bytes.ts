import { sameBytes } from './same-bytes';

/** Immutable bytes that live as long as somebody holds them: names and constants that are made once and used often. */
export class Bytes {
  constructor(private readonly buffer: ArrayBuffer) {}

  /** UTF-8 of `text`. */
  static of(text: string): Bytes {
    return new Bytes(String.UTF8.encode(text));
  }

  static copy(address: usize, length: i32): Bytes {
    const buffer = new ArrayBuffer(length);
    memory.copy(changetype<usize>(buffer), address, length);
    return new Bytes(buffer);
  }

  /** The same bytes with ASCII letters in lower case. */
  toLowerCase(): Bytes {
    const lower = Bytes.copy(this.address, this.length);
    for (let i = 0; i < lower.length; i++) {
      const byte = load<u8>(lower.address + i);
      if (byte >= 0x41 && byte <= 0x5a) store<u8>(lower.address + i, byte | 0x20);
    }
    return lower;
  }

  // @ts-expect-error: decorator
  @inline
  get address(): usize {
    return changetype<usize>(this.buffer);
  }

  // @ts-expect-error: decorator
  @inline
  get length(): i32 {
    return this.buffer.byteLength;
  }

  equals(other: Bytes): bool {
    return this.length == other.length && sameBytes(this.address, other.address, this.length);
  }

  /** For messages only: allocates. Invalid UTF-8 becomes replacement characters. */
  toString(): string {
    return String.UTF8.decodeUnsafe(this.address, this.length);
  }
}

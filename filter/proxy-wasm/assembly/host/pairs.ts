import { Bytes } from '../memory/bytes';
import { sameBytes } from '../memory/same-bytes';
import { View } from '../memory/view';

/**
 * The ABI's form of a header map: u32 count, then count times (u32 name size, u32 value size), then each name and value
 * followed by a zero byte. All little endian.
 */
export function encodePairs(names: Bytes[], values: Bytes[]): Bytes {
  const count = min(names.length, values.length);
  let size = 4 + count * 8;
  for (let i = 0; i < count; i++) size += names[i].length + values[i].length + 2;
  const buffer = new ArrayBuffer(size);
  const start = changetype<usize>(buffer);
  store<u32>(start, count);
  let sizes = start + 4;
  let data = sizes + count * 8;
  for (let i = 0; i < count; i++) {
    store<u32>(sizes, names[i].length);
    store<u32>(sizes, values[i].length, 4);
    sizes += 8;
    data = append(data, names[i]);
    data = append(data, values[i]);
  }
  return new Bytes(buffer);
}

function append(at: usize, bytes: Bytes): usize {
  memory.copy(at, bytes.address, bytes.length);
  store<u8>(at + bytes.length, 0);
  return at + bytes.length + 1;
}

/** Walks an encoded map without copying. Stops at anything that does not fit, so a broken map is a short map. */
export class Pairs {
  readonly name: View = new View();
  readonly value: View = new View();
  /** Of the pair that `advance` has reached. */
  nameAddress: usize = 0;
  nameLength: i32 = 0;
  private valueLength: i32 = 0;
  private sizes: usize = 0;
  private data: usize = 0;
  private end: usize = 0;
  private left: u32 = 0;

  start(pairs: View): void {
    this.left = 0;
    if (pairs.length < 4) return;
    const count = load<u32>(pairs.address);
    if (count > <u32>(pairs.length - 4) / 8) return;
    this.left = count;
    this.sizes = pairs.address + 4;
    this.data = this.sizes + count * 8;
    this.end = pairs.address + pairs.length;
  }

  /** Moves `name` and `value` to the next pair; false at the end. */
  next(): bool {
    if (!this.advance()) return false;
    this.name.set(this.nameAddress, this.nameLength);
    this.value.set(this.nameAddress + this.nameLength + 1, this.valueLength);
    return true;
  }

  /** Moves to the next pair but not `name` and `value`, for a walk that passes most pairs by. False at the end. */
  // @ts-expect-error: decorator
  @inline
  advance(): bool {
    if (this.left == 0) return false;
    const nameLength = load<i32>(this.sizes);
    const valueLength = load<i32>(this.sizes, 4);
    const after = <u64>this.data + <u32>nameLength + <u32>valueLength + 2;
    if (after > <u64>this.end) {
      this.left = 0;
      return false;
    }
    this.nameAddress = this.data;
    this.nameLength = nameLength;
    this.valueLength = valueLength;
    this.data = <usize>after;
    this.sizes += 8;
    this.left--;
    return true;
  }

  /** Whether the pair that `advance` has reached has this name. */
  // @ts-expect-error: decorator
  @inline
  isNamed(name: Bytes): bool {
    return this.nameLength == name.length && sameBytes(this.nameAddress, name.address, name.length);
  }

  /** Points `value` at the value of the pair that `advance` has reached. */
  // @ts-expect-error: decorator
  @inline
  takeValue(value: View): void {
    value.set(this.nameAddress + this.nameLength + 1, this.valueLength);
  }
}

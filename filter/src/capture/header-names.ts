import { Bytes, View } from '../../proxy-wasm/assembly/index';

/** Names of headers that are wanted. Most headers of a request are not, and most of those are told by their length. */
export class HeaderNames {
  private readonly names: StaticArray<Bytes>;
  private readonly lengths: u64;

  constructor(names: Bytes[]) {
    let lengths: u64 = 0;
    for (let i = 0; i < names.length; i++) lengths |= bitOf(names[i].length);
    this.names = StaticArray.fromArray(names);
    this.lengths = lengths;
  }

  // @ts-expect-error: decorator
  @inline
  has(name: View): bool {
    return (this.lengths & bitOf(name.length)) != 0 && this.search(name);
  }

  private search(name: View): bool {
    const names = this.names;
    for (let i = 0; i < names.length; i++) {
      if (name.equals(names[i])) return true;
    }
    return false;
  }
}

/** Lengths of 63 and more share a bit. */
// @ts-expect-error: decorator
@inline
function bitOf(length: i32): u64 {
  return <u64>1 << <u64>min(length, 63);
}

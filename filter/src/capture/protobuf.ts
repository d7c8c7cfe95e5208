/** The protobuf wire format, written by hand: straight to memory that the caller has made sure of, nothing allocated. */

export const WIRE_VARINT: u32 = 0;
export const WIRE_FIXED64: u32 = 1;
export const WIRE_BYTES: u32 = 2;

/** All `put` functions answer the address behind what they wrote. A varint has at most 10 bytes, a tag of ours 2. */
// @ts-expect-error: decorator
@inline
export function putTag(at: usize, field: u32, wireType: u32): usize {
  const tag = (field << 3) | wireType;
  if (tag < 0x80) {
    store<u8>(at, <u8>tag);
    return at + 1;
  }
  store<u8>(at, <u8>(tag | 0x80));
  store<u8>(at + 1, <u8>(tag >> 7));
  return at + 2;
}

export function putVarint(at: usize, value: u64): usize {
  let rest = value;
  while (rest >= 0x80) {
    store<u8>(at++, <u8>(rest | 0x80));
    rest >>= 7;
  }
  store<u8>(at, <u8>rest);
  return at + 1;
}

export function putNumber(at: usize, field: u32, value: u64): usize {
  return value == 0 ? at : putVarint(putTag(at, field, WIRE_VARINT), value);
}

// @ts-expect-error: decorator
@inline
export function varintSize(value: u64): i32 {
  return <i32>((70 - clz(value | 1)) / 7);
}

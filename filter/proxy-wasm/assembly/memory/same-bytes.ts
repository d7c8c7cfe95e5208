/**
 * Whether two texts of one length are equal, eight bytes at a time: the library's `memory.compare` takes one at a time
 * unless both lie alike in memory, which headers seldom do. The end is looked at first, since names differ there more often.
 */
export function sameBytes(left: usize, right: usize, length: i32): bool {
  if (length >= 8) {
    const last = length - 8;
    if (load<u64>(left + last) != load<u64>(right + last)) return false;
    for (let at = 0; at < last; at += 8) {
      if (load<u64>(left + at) != load<u64>(right + at)) return false;
    }
    return true;
  }
  for (let at = 0; at < length; at++) {
    if (load<u8>(left + at) != load<u8>(right + at)) return false;
  }
  return true;
}

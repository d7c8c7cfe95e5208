const HIGH_BITS: u64 = 0x8080808080808080;

/** Makes the bytes valid UTF-8 in place: if they are not, every byte beyond ASCII becomes `?`. */
export function readableText(address: usize, length: i32): void {
  if (isAscii(address, length) || isUtf8(address, length)) return;
  for (let i = 0; i < length; i++) {
    if (load<u8>(address + i) >= 0x80) store<u8>(address + i, 0x3f);
  }
}

function isAscii(address: usize, length: i32): bool {
  if (length >= 8) {
    // The last eight may have been looked at in part: that costs less than to look at each by itself.
    const last = address + length - 8;
    for (let at = address; at < last; at += 8) {
      if ((load<u64>(at) & HIGH_BITS) != 0) return false;
    }
    return (load<u64>(last) & HIGH_BITS) == 0;
  }
  let seen: u32 = 0;
  for (let i = 0; i < length; i++) seen |= load<u8>(address + i);
  return seen < 0x80;
}

/** As RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
function isUtf8(address: usize, length: i32): bool {
  let i = 0;
  while (i < length) {
    const first = load<u8>(address + i++);
    if (first < 0x80) continue;
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || i + more > length) return false;
    const second = load<u8>(address + i);
    const low: u8 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const high: u8 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (let j = 1; j < more; j++) {
      if ((load<u8>(address + i + j) & 0xc0) != 0x80) return false;
    }
    i += more;
  }
  return true;
}

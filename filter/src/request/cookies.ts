import { Bytes, sameBytes, View } from '../../proxy-wasm/assembly/index';

/**
 * Points `value` at the first cookie with this name. Names are compared exactly; spaces around the pair are skipped, and
 * double quotes around the whole value are dropped. Works on any bytes: a piece without `=` is skipped.
 */
export function findCookie(header: View, name: Bytes, value: View): bool {
  const end = header.length;
  let start = 0;
  while (start < end) {
    let stop = header.indexOf(0x3b, start);
    if (stop < 0) stop = end;
    while (start < stop && isSpace(header.at(start))) start++;
    if (namedAt(header, start, stop, name)) {
      setTrimmed(value, header, start + name.length + 1, stop);
      return true;
    }
    start = stop + 1;
  }
  return false;
}

function namedAt(header: View, start: i32, stop: i32, name: Bytes): bool {
  if (stop - start <= name.length || header.at(start + name.length) != 0x3d) return false;
  return sameBytes(header.address + start, name.address, name.length);
}

function setTrimmed(value: View, header: View, from: i32, to: i32): void {
  let start = from;
  let stop = to;
  while (stop > start && isSpace(header.at(stop - 1))) stop--;
  while (start < stop && isSpace(header.at(start))) start++;
  if (stop - start >= 2 && header.at(start) == 0x22 && header.at(stop - 1) == 0x22) {
    start++;
    stop--;
  }
  value.set(header.address + start, stop - start);
}

function isSpace(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}

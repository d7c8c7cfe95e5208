import { Bytes, View } from '../../proxy-wasm/assembly/index';
import { allocate } from '../../proxy-wasm/assembly/memory/scratch';
import { hexValue } from '../json/parse';

/**
 * Points `value` at the first query parameter with this name, decoded: `%41` is `A`, `+` is a space, in names and values;
 * a `%` without two hexadecimal digits stands for itself. A parameter without `=` has an empty value. What needs no
 * decoding is not copied.
 */
export function findQueryParameter(path: View, name: Bytes, value: View): bool {
  let end = path.indexOf(0x23, 0);
  if (end < 0) end = path.length;
  const question = path.indexOf(0x3f, 0);
  if (question < 0 || question > end) return false;
  let start = question + 1;
  while (start < end) {
    let equals = -1;
    let stop = start;
    while (stop < end) {
      const byte = path.at(stop);
      if (byte == 0x26) break;
      if (byte == 0x3d && equals < 0) equals = stop;
      stop++;
    }
    const nameEnd = equals < 0 ? stop : equals;
    if (decodesTo(path, start, nameEnd, name)) {
      const valueStart = equals < 0 ? stop : equals + 1;
      setDecoded(value, path, valueStart, stop);
      return true;
    }
    start = stop + 1;
  }
  return false;
}

/** One decoded byte at `at`; `decodedLength` is how many bytes of the source it stands for. */
// @ts-expect-error: decorator
@inline
function decodedByte(source: View, at: i32, end: i32): u8 {
  const byte = source.at(at);
  if (byte == 0x2b) return 0x20;
  return byte == 0x25 && isEscape(source, at, end)
    ? <u8>((hexValue(source.at(at + 1)) << 4) | hexValue(source.at(at + 2)))
    : byte;
}

// @ts-expect-error: decorator
@inline
function decodedLength(source: View, at: i32, end: i32): i32 {
  return source.at(at) == 0x25 && isEscape(source, at, end) ? 3 : 1;
}

function isEscape(source: View, at: i32, end: i32): bool {
  return at + 2 < end && hexValue(source.at(at + 1)) >= 0 && hexValue(source.at(at + 2)) >= 0;
}

function decodesTo(source: View, start: i32, end: i32, expected: Bytes): bool {
  let at = start;
  for (let i = 0; i < expected.length; i++) {
    if (at >= end || decodedByte(source, at, end) != load<u8>(expected.address + i)) return false;
    at += decodedLength(source, at, end);
  }
  return at == end;
}

function setDecoded(value: View, source: View, start: i32, end: i32): void {
  value.set(source.address + start, end - start);
  if (value.indexOf(0x25, 0) < 0 && value.indexOf(0x2b, 0) < 0) return;
  const decoded = allocate(end - start);
  // Out of scratch memory: the raw text stays, which no sensible test matches.
  if (decoded == 0) return;
  let length = 0;
  for (let at = start; at < end; at += decodedLength(source, at, end)) {
    store<u8>(decoded + length++, decodedByte(source, at, end));
  }
  value.set(decoded, length);
}

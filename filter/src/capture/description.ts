import { Bytes } from '../../proxy-wasm/assembly/index';
import { HalfField, Reason } from './fields';
import { putNumber, putTag, putVarint, WIRE_BYTES } from './protobuf';

/** The fields of a listener's half that are the same for every request of one decision, encoded once. */
export function describePrimary(mirror: Bytes, segment: Bytes | null): Bytes {
  const buffer = new ArrayBuffer(16 + mirror.length + (segment !== null ? segment.length + 4 : 0) + 8);
  const start = changetype<usize>(buffer);
  let at = putText(start, HalfField.Mirror, mirror);
  at = putNumber(at, HalfField.Reason, segment !== null ? Reason.Segment : Reason.Sample);
  if (segment !== null) at = putText(at, HalfField.Segment, segment);
  return Bytes.copy(start, <i32>(at - start));
}

function putText(address: usize, field: u32, text: Bytes): usize {
  const at = putVarint(putTag(address, field, WIRE_BYTES), text.length);
  memory.copy(at, text.address, text.length);
  return at + text.length;
}

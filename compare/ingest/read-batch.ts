import type { Batch, Half, Role, Side, Stratum, VmCounters } from './batch.ts';
import { WireError, WireReader } from './wire.ts';

/**
 * Reads a Batch of protos/shadowplane/capture.proto. Throws WireError for bytes that are none; a batch in order with a
 * half that is not keeps its other halves. By hand, because it skips over what pairing does not need (docs/comparison.md
 * has the figures); a test holds it against the .proto file.
 */
export function readBatch(bytes: Uint8Array): Batch {
  const reader = new WireReader(bytes);
  const halves: Half[] = [];
  let unreadableHalves = 0;
  let vmId = '';
  let sequence = 0;
  let role: Role | undefined;
  let node = '';
  let counters = NO_COUNTS;
  let sentAtMs = 0;
  while (!reader.done) {
    const tag = reader.tag();
    switch (tag) {
      case 0x09:
        vmId = reader.fixed64Hex();
        break;
      case 0x10:
        sequence = reader.varint();
        break;
      case 0x18:
        role = ROLES[reader.varint()];
        break;
      case 0x22:
        node = reader.utf8();
        break;
      case 0x2a: {
        const half = readHalf(reader.bytes());
        if (half) halves.push(half);
        else unreadableHalves += 1;
        break;
      }
      case 0x32:
        counters = readCounters(reader);
        break;
      case 0x38:
        sentAtMs = reader.varint() / 1000;
        break;
      default:
        reader.skip(tag);
    }
  }
  if (!vmId || !role || !Number.isSafeInteger(sequence) || sequence < 1) {
    throw new WireError('a batch needs vm_id, sequence and role');
  }
  return { vmId, sequence, role, node, halves, unreadableHalves, counters, sentAtMs };
}

/** What pairing needs of a half; undefined without the fields that every half has. */
export function readHalf(bytes: Uint8Array): Half | undefined {
  const reader = new WireReader(bytes);
  let exchangeId = '';
  let side: Side | undefined;
  let mirror = '';
  let reason: Stratum['reason'] | undefined;
  let segment = '';
  let method = '';
  let path = '';
  let status = 0;
  let truncated = false;
  let startedAtMs = 0;
  let localReply = false;
  let ended: Half['ended'] | undefined;
  while (!reader.done) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        exchangeId = reader.utf8();
        break;
      case 0x10:
        side = SIDES[reader.varint()];
        break;
      case 0x1a:
        mirror = reader.utf8();
        break;
      case 0x20:
        reason = REASONS[reader.varint()];
        break;
      case 0x2a:
        segment = reader.utf8();
        break;
      case 0x32:
        method = reader.utf8();
        break;
      case 0x3a:
        path = reader.utf8();
        break;
      case 0x48:
        status = reader.varint();
        break;
      case 0x70:
        truncated = reader.bool();
        break;
      case 0x78:
        startedAtMs = reader.varint() / 1000;
        break;
      case 0x90:
        localReply = reader.bool();
        break;
      case 0xa0:
        ended = ENDS[reader.varint()];
        break;
      case 0x42:
      case 0x52:
      case 0x5a:
        // What is read of them later, and where that is too late to refuse it, is in order.
        reader.skipMessage();
        break;
      default:
        reader.skip(tag);
    }
  }
  if (!exchangeId || !mirror || !side || !reason || !ended) return undefined;
  const stratum: Stratum = reason === 'segment' ? { reason, segment } : { reason };
  const encoded = Uint8Array.prototype.slice.call(bytes);
  return {
    exchangeId,
    mirror,
    side,
    stratum,
    method,
    path,
    status,
    ended,
    localReply,
    truncated,
    startedAtMs,
    encoded,
  };
}

function readCounters(reader: WireReader): VmCounters {
  const counts = { ...NO_COUNTS };
  const outer = reader.enter();
  while (!reader.done) {
    const tag = reader.tag();
    const name = (tag & 7) === 0 ? COUNTERS[tag >> 3] : undefined;
    if (name) counts[name] = reader.varint();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return counts;
}

const NO_COUNTS: VmCounters = { started: 0, captured: 0, droppedOverCapacity: 0, batchesLost: 0, halvesLost: 0 };
const COUNTERS = [undefined, 'started', 'captured', 'droppedOverCapacity', 'batchesLost', 'halvesLost'] as const;
const ROLES = [undefined, 'primary', 'shadow'] as const;
const SIDES = [undefined, 'primary', 'candidate', 'control'] as const;
const REASONS = [undefined, 'segment', 'sample'] as const;
const ENDS = [undefined, 'complete', 'reset', 'cut'] as const;

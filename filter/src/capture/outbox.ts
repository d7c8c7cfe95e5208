import {
  Bytes,
  currentStreamId,
  currentTimeNanoseconds,
  fillRandom,
  getHeader,
  getProperty,
  HeaderMap,
  HttpTarget,
  propertyPath,
  setEffectiveContext,
  View,
} from '../../proxy-wasm/assembly/index';
import { Block } from './block';
import { BatchField, CountersField } from './fields';
import { MemoryBound } from './memory-bound';
import { putNumber, putTag, putVarint, varintSize, WIRE_BYTES, WIRE_FIXED64 } from './protobuf';
import { readableText } from './utf8';

/** What is sent at once, with all that belongs to the batch. */
const MAX_BATCH_BYTES: i32 = 1024 * 1024;
/** Room for everything of a batch but its halves; the node id is cut to fit. */
const MAX_ENVELOPE_BYTES: i32 = 1024;
const MAX_NODE_BYTES: i32 = 512;

/** From here on a batch does not wait for the tick. */
const FLUSH_BYTES: i32 = 256 * 1024;

const HEARTBEAT_US: u64 = 2_000_000;
/** Instead of it, while there are losses to tell of: those who wait for the lost halves are to know before they give up. */
const NEWS_US: u64 = 500_000;
const TIMEOUT_MS: u32 = 5_000;

const NODE_ID = propertyPath('xds.node.id');
const STATUS = Bytes.of(':status');
const TAKEN = Bytes.of('204');

/** Halves of one batch, encoded. */
class Batch {
  readonly block: Block;
  halves: u32 = 0;

  constructor(bound: MemoryBound) {
    this.block = new Block(bound, MAX_BATCH_BYTES);
  }
}

const answer = new View();
const body = new View();

/**
 * Finished halves on their way to the comparison layer, of all plugins of one role in this VM. At most one batch is under
 * way; one that fails is lost and counted, never sent again, because what is late is of no use. Everything that is held
 * here or under way counts against the bound.
 */
export class Outbox {
  readonly bound: MemoryBound = new MemoryBound(0);
  started: u64 = 0;
  dropped: u64 = 0;
  private captured: u64 = 0;
  private batchesLost: u64 = 0;
  private halvesLost: u64 = 0;

  private sequence: u64 = 0;
  private vmId: u64 = 0;
  private node: Bytes = new Bytes(new ArrayBuffer(0));
  private sentAtUs: u64 = 0;

  /** Oldest first; halves are added to the last. */
  private readonly batches: Array<Batch> = [];
  private readonly senders: Array<Sender> = [];

  /** Who sent what is under way; 0 is nobody. */
  private senderUnderWay: u32 = 0;
  private tokenUnderWay: u32 = 0;
  private halvesUnderWay: u32 = 0;
  private bytesUnderWay: i32 = 0;
  /** The last batch was not taken: the next waits for the tick, so that a broken collector is not asked all the time. */
  private troubled: bool = false;
  /** Halves were lost, and no batch since has arrived to say so. */
  private hasNews: bool = false;

  constructor(private readonly role: u32) {}

  /** A plugin's root context takes part in sending, until `detach`. The latest one's bound counts. */
  attach(sender: Sender): void {
    this.senders.push(sender);
    this.bound.limit = sender.maxMemoryBytes;
    if (this.vmId == 0) {
      const random = memory.data(8, 8);
      this.vmId = fillRandom(random, 8) ? load<u64>(random) : currentTimeNanoseconds();
    }
    if (getProperty(NODE_ID, answer)) {
      this.node = Bytes.copy(answer.address, min(answer.length, MAX_NODE_BYTES));
      readableText(this.node.address, this.node.length);
    }
  }

  /** With its context goes its call; without any context left nothing can be sent. */
  detach(rootId: u32): void {
    for (let i = this.senders.length - 1; i >= 0; i--) {
      if (this.senders[i].rootId == rootId) this.senders.splice(i, 1);
    }
    if (this.senderUnderWay == rootId) this.lost();
    if (this.senders.length > 0) return;
    while (this.batches.length > 0) {
      const batch = this.batches.shift();
      this.batchesLost++;
      this.halvesLost += batch.halves;
      if (batch.halves > 0) this.hasNews = true;
      batch.block.release();
    }
  }

  /** Where the next half, of exactly this size, is to be written; 0 when there is no room for it within the bound. */
  append(size: i32): usize {
    if (this.senders.length == 0) return 0;
    const whole = 1 + varintSize(size) + size;
    if (whole > MAX_BATCH_BYTES - MAX_ENVELOPE_BYTES) return 0;
    const batch = this.batchFor(whole);
    const block = batch.block;
    if (!block.reserve(whole + MAX_ENVELOPE_BYTES)) return 0;
    const at = putVarint(putTag(block.end, BatchField.Halves, WIRE_BYTES), size);
    block.length += whole;
    batch.halves++;
    this.captured++;
    return at;
  }

  private batchFor(size: i32): Batch {
    const batches = this.batches;
    if (batches.length > 0) {
      const last = batches[batches.length - 1];
      if (last.block.length + size <= MAX_BATCH_BYTES - MAX_ENVELOPE_BYTES) return last;
    }
    const fresh = new Batch(this.bound);
    batches.push(fresh);
    return fresh;
  }

  /** To be called on a tick of a sender. */
  tick(rootId: u32): void {
    if (this.senderUnderWay != 0) return;
    this.troubled = false;
    const waiting = this.batches.length > 0 && this.batches[0].halves > 0;
    const patienceUs = this.hasNews ? NEWS_US : HEARTBEAT_US;
    if (waiting || nowUs() - this.sentAtUs >= patienceUs) this.send(rootId);
  }

  /** To be called at the end of a stream's callback in which a half was added. */
  flushIfFull(): void {
    if (!this.isFull() || this.senders.length == 0) return;
    const rootId = this.senders[this.senders.length - 1].rootId;
    const stream = currentStreamId();
    // A call belongs to the context that makes it, and streams end.
    setEffectiveContext(rootId);
    this.send(rootId);
    setEffectiveContext(stream);
  }

  private isFull(): bool {
    if (this.senderUnderWay != 0 || this.troubled || this.batches.length == 0) return false;
    return this.batches.length > 1 || this.batches[0].block.length >= FLUSH_BYTES;
  }

  /** To be called with every answer that a sender gets. */
  answered(rootId: u32, token: u32): void {
    if (this.senderUnderWay != rootId || this.tokenUnderWay != token) return;
    if (!getHeader(HeaderMap.HttpCallResponseHeaders, STATUS, answer) || !answer.equals(TAKEN)) {
      this.lost();
      return;
    }
    this.hasNews = false;
    this.settle();
    if (this.isFull()) this.send(rootId);
  }

  private lost(): void {
    this.batchesLost++;
    this.halvesLost += this.halvesUnderWay;
    if (this.halvesUnderWay > 0) this.hasNews = true;
    this.troubled = true;
    this.settle();
  }

  private settle(): void {
    this.bound.give(this.bytesUnderWay);
    this.senderUnderWay = 0;
    this.halvesUnderWay = 0;
    this.bytesUnderWay = 0;
  }

  /** Sends the oldest batch, or an empty one. */
  private send(rootId: u32): void {
    const sender = this.senderOf(rootId);
    if (sender === null) return;
    const batch = this.batches.length > 0 ? this.batches.shift() : new Batch(this.bound);
    const block = batch.block;
    this.sentAtUs = nowUs();
    this.sequence++;
    this.senderUnderWay = rootId;
    this.halvesUnderWay = batch.halves;
    // Without memory for the envelope the batch cannot be sent.
    if (!block.reserve(MAX_ENVELOPE_BYTES)) {
      block.release();
      this.lost();
      return;
    }
    block.length = <i32>(this.putEnvelope(block.end) - block.address);
    body.set(block.address, block.length);
    const call = sender.target.call(body, TIMEOUT_MS);
    this.bytesUnderWay = body.length;
    // From here on it is Envoy that holds them.
    block.release();
    this.bound.take(this.bytesUnderWay);
    this.tokenUnderWay = call.token;
    if (!call.started) this.lost();
  }

  private senderOf(rootId: u32): Sender | null {
    for (let i = 0; i < this.senders.length; i++) {
      if (this.senders[i].rootId == rootId) return this.senders[i];
    }
    return null;
  }

  /** The fields of a batch behind its halves; protobuf leaves their order open. */
  private putEnvelope(address: usize): usize {
    let at = putTag(address, BatchField.VmId, WIRE_FIXED64);
    store<u64>(at, this.vmId);
    at = putNumber(at + 8, BatchField.Sequence, this.sequence);
    at = putNumber(at, BatchField.Role, this.role);
    at = putVarint(putTag(at, BatchField.Node, WIRE_BYTES), this.node.length);
    memory.copy(at, this.node.address, this.node.length);
    at = putNumber(at + this.node.length, BatchField.SentAtUs, this.sentAtUs);
    const counters = putTag(at, BatchField.Counters, WIRE_BYTES);
    // At most 55 bytes, so its length is one.
    at = putNumber(counters + 1, CountersField.Started, this.started);
    at = putNumber(at, CountersField.Captured, this.captured);
    at = putNumber(at, CountersField.DroppedOverCapacity, this.dropped);
    at = putNumber(at, CountersField.BatchesLost, this.batchesLost);
    at = putNumber(at, CountersField.HalvesLost, this.halvesLost);
    store<u8>(counters, <u8>(at - counters - 1));
    return at;
  }
}

/** A root context that may send. */
export class Sender {
  readonly target: HttpTarget;

  constructor(
    readonly rootId: u32,
    cluster: Bytes,
    readonly maxMemoryBytes: i64,
  ) {
    this.target = new HttpTarget(cluster, HEADER_NAMES, HEADER_VALUES);
  }
}

const HEADER_NAMES: Bytes[] = [
  Bytes.of(':method'),
  Bytes.of(':path'),
  Bytes.of(':authority'),
  Bytes.of('content-type'),
];
const HEADER_VALUES: Bytes[] = [
  Bytes.of('POST'),
  Bytes.of('/capture/v1/batches'),
  Bytes.of('shadowplane-collector'),
  Bytes.of('application/x-protobuf'),
];

function nowUs(): u64 {
  return currentTimeNanoseconds() / 1000;
}

import {
  BufferType,
  Bytes,
  copyBuffer,
  currentTimeNanoseconds,
  getHeaders,
  getProperty,
  HeaderMap,
  Pairs,
  propertyPath,
  View,
} from '../../proxy-wasm/assembly/index';
import { decimal } from '../request/decimal';
import { Block } from './block';
import { End, HalfField, Side } from './fields';
import { Outbox } from './outbox';
import { putNumber, putTag, putVarint, varintSize, WIRE_BYTES } from './protobuf';
import { sideOfRoute } from './route';
import { CaptureSettings } from './settings';

/** Headers, path and trailers of a half, each time; a half has to fit into a batch. */
const MAX_META_BYTES: i32 = 192 * 1024;

const USUAL_META_BYTES: i32 = 2048;

/** Nine numbers, each with its tag. */
const NUMBERS: usize = memory.data(9 * 12, 8);

/** Who has its answer sooner has not waited for long, and asking costs more than all else of a small answer's time. */
const LEAST_WAITED_US: u64 = 1000;

const CODE_DETAILS = propertyPath('response.code_details');
const POOL_READY = propertyPath('upstream.cx_pool_ready_duration');
const VIA_UPSTREAM = Bytes.of('via_upstream');
const METHOD = Bytes.of(':method');
const PATH = Bytes.of(':path');
const STATUS = Bytes.of(':status');
const CONTENT_LENGTH = Bytes.of('content-length');

namespace Stage {
  export const Idle: i32 = 0;
  export const Request: i32 = 1;
  export const Answer: i32 = 2;
  export const Over: i32 = 3;
  /** There was no room for it, and it is not certain yet that it is wanted at all. */
  export const DroppedEarly: i32 = 4;
}

/** Shared by all recordings: only one callback runs at a time. */
const encoded = new View();
const details = new View();
const pairs = new Pairs();

/**
 * One half while it happens. It is encoded as it comes, into one block: fields of request and answer, then the body as it
 * is, then trailers. Callbacks in an order that no stream has are ignored. When there is no more memory within the bound,
 * the half is dropped as a whole and counted.
 */
export class Recording {
  private readonly block: Block;
  private stage: i32 = Stage.Idle;
  private certain: bool = false;
  private side: u32 = Side.Unspecified;
  private startedAtUs: u64 = 0;
  private headersAfterUs: u64 = 0;
  private waitedUs: u64 = 0;
  private status: u32 = 0;
  private bodyStart: i32 = 0;
  private bodyEnd: i32 = 0;
  private bodyBytes: u64 = 0;

  constructor(
    private readonly outbox: Outbox,
    private readonly settings: CaptureSettings,
  ) {
    this.block = new Block(outbox.bound, settings.maxBodyBytes + USUAL_META_BYTES);
  }

  /** True from `begin` until the half is finished or dropped. */
  get open(): bool {
    return this.stage == Stage.Request || this.stage == Stage.Answer;
  }

  /**
   * Starts a half; what it is of is added after this. If it is not `certain` that there will be a half, it counts only
   * once `settle` has found so. False when there is one already.
   */
  begin(certain: bool): bool {
    if (this.stage != Stage.Idle) return false;
    this.certain = certain;
    this.side = Side.Unspecified;
    if (certain) this.outbox.started++;
    this.stage = Stage.Request;
    this.startedAtUs = nowUs();
    this.headersAfterUs = 0;
    this.waitedUs = 0;
    this.status = 0;
    this.bodyStart = 0;
    this.bodyEnd = 0;
    this.bodyBytes = 0;
    return true;
  }

  /** Adds what is kept of the request, from its encoded headers. */
  request(headers: View): void {
    if (this.stage != Stage.Request) return;
    const wanted = this.settings.requestHeaders;
    pairs.start(headers);
    while (pairs.next()) {
      const name = pairs.name;
      const value = pairs.value;
      if (name.at(0) == 0x3a) {
        if (name.equals(METHOD)) this.text(HalfField.Method, value.address, value.length);
        else if (name.equals(PATH)) this.text(HalfField.Path, value.address, value.length);
      } else if (wanted.has(name)) {
        this.header(HalfField.RequestHeaders);
      }
    }
  }

  private get uncertain(): bool {
    return !this.certain && (this.stage == Stage.Request || this.stage == Stage.DroppedEarly);
  }

  /** To be called when the route is known, with the decision that the request carries; the route says whose half it is. */
  settle(decision: Bytes): void {
    if (!this.uncertain) return;
    this.side = sideOfRoute(decision, this.settings);
    if (this.side == Side.Unspecified) {
      this.stage = Stage.Over;
      this.block.release();
      return;
    }
    this.certain = true;
    this.outbox.started++;
    if (this.stage == Stage.DroppedEarly) this.drop();
  }

  text(field: u32, address: usize, length: i32): void {
    if (this.stage != Stage.Request) return;
    if (this.block.length + length > MAX_META_BYTES || !this.block.appendText(field, address, length)) this.drop();
  }

  number(field: u32, value: u64): void {
    if (this.stage == Stage.Request && !this.block.appendNumber(field, value)) this.drop();
  }

  /** Fields that are the same for every half of their kind, encoded. */
  description(bytes: Bytes): void {
    if (this.stage == Stage.Request && !this.block.appendRaw(bytes.address, bytes.length)) this.drop();
  }

  /** `mayBeLocal`: whether the answer can be Envoy's own, which then has to be asked for. */
  responseHeaders(endOfStream: bool, mayBeLocal: bool): void {
    if (this.stage != Stage.Request) return;
    this.headersAfterUs = this.sinceStart();
    if (!getHeaders(HeaderMap.ResponseHeaders, encoded)) encoded.clear();
    const wanted = this.settings.headers;
    let contentLength: u64 = 0;
    pairs.start(encoded);
    while (pairs.next()) {
      const name = pairs.name;
      if (name.at(0) == 0x3a) {
        if (name.equals(STATUS)) this.status = <u32>decimal(pairs.value);
        continue;
      }
      if (name.length == 14 && name.equals(CONTENT_LENGTH)) contentLength = decimal(pairs.value);
      if (wanted === null || wanted.has(name)) this.header(HalfField.Headers);
    }
    if (!mayBeLocal && this.headersAfterUs > LEAST_WAITED_US) this.readWaited();
    if (mayBeLocal && (this.status >= 400 || !this.settings.localRepliesAreErrors)) this.readDetails();
    if (this.stage != Stage.Request) return;
    this.stage = Stage.Answer;
    this.bodyStart = this.block.length;
    this.bodyEnd = this.block.length;
    if (endOfStream) this.finish(End.Complete);
    else if (contentLength > 0) this.expectBody(contentLength);
  }

  /** Room for what is announced, so that it need not be moved; if there is none, that is seen when the body comes. */
  private expectBody(contentLength: u64): void {
    this.block.reserve(<i32>min(contentLength, <u64>this.settings.maxBodyBytes));
  }

  responseBody(size: u32, endOfStream: bool): void {
    if (this.stage != Stage.Answer) return;
    this.bodyBytes += size;
    const block = this.block;
    const room = this.settings.maxBodyBytes - (this.bodyEnd - this.bodyStart);
    const wanted = min<u32>(size, <u32>max(room, 0));
    if (wanted > 0 && block.length == this.bodyEnd) {
      if (!block.reserve(wanted)) {
        this.drop();
        return;
      }
      block.length += copyBuffer(BufferType.ResponseBody, 0, wanted, block.end);
      this.bodyEnd = block.length;
    }
    if (endOfStream) this.finish(End.Complete);
  }

  responseTrailers(): void {
    if (this.stage != Stage.Answer) return;
    if (getHeaders(HeaderMap.ResponseTrailers, encoded)) {
      pairs.start(encoded);
      while (pairs.next()) this.header(HalfField.Trailers);
    }
    if (this.stage == Stage.Answer) this.finish(End.Complete);
  }

  /** The stream is over before the answer was; `end` says how. Nothing happens when the half has been finished. */
  endEarly(end: u32): void {
    if (this.open) this.finish(end);
  }

  /** The stream is gone, and the next one may come. */
  discard(): void {
    this.endEarly(End.Reset);
    this.block.release();
    this.stage = Stage.Idle;
  }

  private finish(end: u32): void {
    const block = this.block;
    const bodyLength = this.bodyEnd - this.bodyStart;
    const tailLength = block.length - this.bodyEnd;
    const bodySize = bodyLength > 0 ? 1 + varintSize(bodyLength) + bodyLength : 0;
    const numbersSize = this.putNumbers(end, bodyLength);
    let at = this.outbox.append(this.bodyStart + bodySize + tailLength + numbersSize);
    if (at == 0) {
      this.drop();
      return;
    }
    at = put(at, block.address, this.bodyStart);
    if (bodyLength > 0) {
      at = putVarint(putTag(at, HalfField.Body, WIRE_BYTES), bodyLength);
      at = put(at, block.address + this.bodyStart, bodyLength);
    }
    at = put(at, block.address + this.bodyEnd, tailLength);
    put(at, NUMBERS, numbersSize);
    this.stage = Stage.Over;
    block.release();
    this.outbox.flushIfFull();
  }

  /** Encodes them to `NUMBERS`; answers their size. */
  private putNumbers(end: u32, bodyLength: i32): i32 {
    let at = putNumber(NUMBERS, HalfField.Side, this.side);
    at = putNumber(at, HalfField.Status, this.status);
    at = putNumber(at, HalfField.BodyBytes, this.bodyBytes);
    at = putNumber(at, HalfField.Truncated, this.bodyBytes > <u64>bodyLength ? 1 : 0);
    at = putNumber(at, HalfField.StartedAtUs, this.startedAtUs);
    at = putNumber(at, HalfField.HeadersAfterUs, this.headersAfterUs);
    at = putNumber(at, HalfField.LastByteAfterUs, this.sinceStart());
    at = putNumber(at, HalfField.End, end);
    at = putNumber(at, HalfField.WaitedUs, this.waitedUs);
    return <i32>(at - NUMBERS);
  }

  private header(field: u32): void {
    if (!this.open) return;
    const name = pairs.name;
    const value = pairs.value;
    const meta = this.block.length - (this.bodyEnd - this.bodyStart) + name.length + value.length;
    if (
      meta > MAX_META_BYTES ||
      !this.block.appendHeader(field, name.address, name.length, value.address, value.length)
    ) {
      this.drop();
    }
  }

  private readDetails(): void {
    if (!getProperty(CODE_DETAILS, details) || details.equals(VIA_UPSTREAM)) return;
    this.number(HalfField.LocalReply, 1);
    this.text(HalfField.LocalReplyDetails, details.address, details.length);
  }

  /** The breaker allows so many connections; a copy waits until one is free, and is on its way only then. */
  private readWaited(): void {
    if (!getProperty(POOL_READY, details) || details.length != 8) return;
    this.waitedUs = min(load<u64>(details.address) / 1000, this.headersAfterUs);
  }

  private drop(): void {
    this.block.release();
    if (this.certain) {
      this.stage = Stage.Over;
      this.outbox.dropped++;
    } else {
      this.stage = Stage.DroppedEarly;
    }
  }

  /** The wall clock may be set back meanwhile. */
  private sinceStart(): u64 {
    const now = nowUs();
    return now > this.startedAtUs ? now - this.startedAtUs : 0;
  }
}

function nowUs(): u64 {
  return currentTimeNanoseconds() / 1000;
}

function put(at: usize, address: usize, length: i32): usize {
  memory.copy(at, address, length);
  return at + length;
}

import {
  Bytes,
  closeStream,
  DataStatus,
  getHeaders,
  HeaderMap,
  HeadersStatus,
  Metric,
  MetricType,
  metric,
  Pairs,
  StreamContext,
  StreamType,
  View,
} from '../proxy-wasm/assembly/index';
import { Capture } from './capture/capture';
import { BatchRole, End, HalfField, Reason, Side } from './capture/fields';
import { Outbox } from './capture/outbox';
import { Recording } from './capture/recording';
import { copiedBytesCounter, copiesCounter } from './config/budget';
import { Field } from './config/reader';
import { decimal } from './request/decimal';
import { Role } from './role';

/** `x-shadow`, as the eight bytes that most names do not begin with. */
const MARKER_PREFIX: u64 = 0x776f646168732d78;
const MARKER_PREFIX_BYTES: i32 = 8;
const MIRROR_MARKER = Bytes.of('x-shadow-mirror');
const ROLE_MARKER = Bytes.of('x-shadow-role');
const REASON_MARKER = Bytes.of('x-shadow-reason');
const SEGMENT_MARKER = Bytes.of('x-shadow-segment');
const ID_MARKER = Bytes.of('x-shadow-id');
const CONTENT_LENGTH = Bytes.of('content-length');
const CANDIDATE = Bytes.of('candidate');
const CONTROL = Bytes.of('control');
const PRIMARY = Bytes.of('primary');
const SEGMENT = Bytes.of('segment');
const SAMPLE = Bytes.of('sample');

const outbox = new Outbox(BatchRole.Shadow);

/**
 * For copies of a mirror that is not in the configuration, which can be so for a moment while listener and cluster are
 * being updated: without a limit a stalled shadow could hold up a client's upload.
 */
const FALLBACK_MAX_BODY_BYTES: i64 = 8 * 1024 * 1024;

const LARGEST_COUNT: f64 = 9007199254740991;

/**
 * Role shadow, an upstream filter of shadow and control clusters: counts copies and resets the ones that have grown
 * beyond their mirror's limit. Streams without markers are no copies and are left alone.
 */
export class ShadowRole extends Role {
  private readonly limits: Array<CopyLimit> = [];
  private readonly unknown: CopyLimit;
  private readonly pool: Array<CopyStream> = [];
  private readonly capture: Capture | null;
  readonly markers: Markers = new Markers();

  constructor(configuration: Field, rootId: u32) {
    super();
    configuration.object(['role', 'mirrors', 'capture']);
    const none = CopyCounters.none();
    this.unknown = new CopyLimit(Bytes.of(''), FALLBACK_MAX_BODY_BYTES, none, none, none);
    const elements = configuration.get('mirrors').mirrors();
    for (let i = 0; i < elements.length && !configuration.problem.found; i++) this.readLimit(elements[i]);
    this.capture = Capture.read(configuration.get('capture'), outbox, rootId);
  }

  private readLimit(field: Field): void {
    field.object(['name', 'maxBodyBytes', 'countsBytes', 'users']);
    const name = field.get('name').name();
    for (let i = 0; i < this.limits.length; i++) {
      if (this.limits[i].mirror.equals(name)) field.get('name').fail('is the name of an earlier one');
    }
    const maxBodyBytes = field.get('maxBodyBytes').count(LARGEST_COUNT);
    const countsBytes = field.get('countsBytes');
    const counted = countsBytes.exists && countsBytes.boolean();
    const users = field.get('users');
    const goBack = users.exists && users.boolean();
    if (field.problem.found) return;
    const text = name.toString();
    this.limits.push(
      new CopyLimit(
        name,
        maxBodyBytes,
        CopyCounters.of(text, 'candidate', counted),
        CopyCounters.of(text, 'control', false),
        goBack ? CopyCounters.of(text, 'primary', counted) : CopyCounters.none(),
      ),
    );
  }

  createStream(): StreamContext | null {
    if (this.pool.length > 0) return this.pool.pop();
    const capture = this.capture;
    return new CopyStream(this, capture !== null ? capture.newRecording() : null);
  }

  /** Streams come back when they end and serve again. */
  takeBack(stream: CopyStream): void {
    this.pool.push(stream);
  }

  /** The limit of the copy whose markers these are. */
  limitOf(mirror: View): CopyLimit {
    const limits = this.limits;
    for (let i = 0; i < limits.length; i++) {
      if (mirror.equals(limits[i].mirror)) return limits[i];
    }
    return this.unknown;
  }

  start(): void {
    const capture = this.capture;
    if (capture !== null) capture.start();
  }

  onTick(): void {
    const capture = this.capture;
    if (capture !== null) capture.tick();
  }

  onHttpCallResponse(token: u32): void {
    const capture = this.capture;
    if (capture !== null) capture.answered(token);
  }

  release(): void {
    const capture = this.capture;
    if (capture !== null) capture.release();
  }
}

/** What a copy's headers say about it, in one host call. One object serves all streams, for one callback at a time. */
class Markers {
  private readonly headers: View = new View();
  readonly mirror: View = new View();
  readonly role: View = new View();
  readonly reason: View = new View();
  readonly segment: View = new View();
  readonly id: View = new View();
  readonly contentLength: View = new View();
  private readonly pairs: Pairs = new Pairs();

  /** False when the stream is no copy. */
  read(): bool {
    let isCopy = false;
    this.mirror.clear();
    this.role.clear();
    this.reason.clear();
    this.segment.clear();
    this.id.clear();
    this.contentLength.clear();
    if (!getHeaders(HeaderMap.RequestHeaders, this.headers)) return false;
    this.pairs.start(this.headers);
    const pairs = this.pairs;
    while (pairs.advance()) {
      if (pairs.nameLength < MARKER_PREFIX_BYTES) continue;
      if (load<u64>(pairs.nameAddress) != MARKER_PREFIX) {
        if (pairs.isNamed(CONTENT_LENGTH)) this.keep(this.contentLength);
      } else if (pairs.isNamed(MIRROR_MARKER)) {
        this.keep(this.mirror);
        isCopy = true;
      } else if (pairs.isNamed(ROLE_MARKER)) this.keep(this.role);
      else if (pairs.isNamed(REASON_MARKER)) this.keep(this.reason);
      else if (pairs.isNamed(SEGMENT_MARKER)) this.keep(this.segment);
      else if (pairs.isNamed(ID_MARKER)) this.keep(this.id);
    }
    return isCopy;
  }

  /** Of a repeated header the first counts. */
  private keep(view: View): void {
    if (view.length == 0) this.pairs.takeValue(view);
  }

  get side(): u32 {
    const role = this.role;
    if (role.equals(CANDIDATE)) return Side.Candidate;
    if (role.equals(CONTROL)) return Side.Control;
    return role.equals(PRIMARY) ? Side.Primary : Side.Unspecified;
  }

  /** The request itself is in the listener's half: a copy has the same method and path. */
  describe(recording: Recording): void {
    recording.text(HalfField.ExchangeId, this.id.address, this.id.length);
    recording.number(HalfField.Side, this.side);
    recording.text(HalfField.Mirror, this.mirror.address, this.mirror.length);
    if (this.reason.equals(SEGMENT)) {
      recording.number(HalfField.Reason, Reason.Segment);
      recording.text(HalfField.Segment, this.segment.address, this.segment.length);
    } else if (this.reason.equals(SAMPLE)) recording.number(HalfField.Reason, Reason.Sample);
  }
}

/** What is counted of the copies of one mirror to one role. */
class CopyCounters {
  private constructor(
    readonly copies: Metric,
    readonly cuts: Metric,
    /** Null where no budget asks for them. */
    readonly bytes: Metric | null,
  ) {}

  static of(mirror: string, role: string, countsBytes: bool): CopyCounters {
    return new CopyCounters(
      copiesCounter(mirror, role),
      metric(MetricType.Counter, `shadowplane.cut.mirror.${mirror}.role.${role}`),
      countsBytes ? copiedBytesCounter(mirror, role) : null,
    );
  }

  /** Nothing is counted. */
  static none(): CopyCounters {
    const none = new Metric(0, false);
    return new CopyCounters(none, none, null);
  }
}

class CopyLimit {
  constructor(
    readonly mirror: Bytes,
    readonly maxBodyBytes: i64,
    private readonly candidate: CopyCounters,
    private readonly control: CopyCounters,
    /** Of what the candidate answered. */
    private readonly back: CopyCounters,
  ) {}

  countersOf(side: u32): CopyCounters {
    if (side == Side.Control) return this.control;
    return side == Side.Primary ? this.back : this.candidate;
  }
}

class CopyStream extends StreamContext {
  private limit: CopyLimit | null = null;
  private counters: CopyCounters | null = null;
  private cut: bool = false;
  private bodyBytes: i64 = 0;
  /** Bytes of the body are counted as they come. */
  private countsBytes: bool = false;

  constructor(
    private readonly owner: ShadowRole,
    /** Null without capture. */
    private readonly recording: Recording | null,
  ) {
    super();
  }

  onRequestHeaders(headerCount: u32, endOfStream: bool): u32 {
    const markers = this.owner.markers;
    let limit: CopyLimit | null = null;
    if (markers.read()) {
      const found = this.owner.limitOf(markers.mirror);
      limit = found;
      const counters = found.countersOf(markers.side);
      this.counters = counters;
      this.countsBytes = !endOfStream && !countAnnounced(counters.bytes, markers.contentLength);
      counters.copies.increment();
      const recording = this.recording;
      if (recording !== null && recording.begin(true)) markers.describe(recording);
    }
    this.limit = limit;
    this.cut = false;
    this.bodyBytes = 0;
    return HeadersStatus.Continue;
  }

  onRequestBody(size: u32, endOfStream: bool): u32 {
    const limit = this.limit;
    const counters = this.counters;
    if (limit === null || counters === null) return DataStatus.Continue;
    if (this.cut) return DataStatus.StopIterationNoBuffer;
    this.bodyBytes += size;
    if (this.countsBytes) count(counters.bytes, size);
    if (this.bodyBytes <= limit.maxBodyBytes) return DataStatus.Continue;
    this.cut = true;
    counters.cuts.increment();
    const recording = this.recording;
    if (recording !== null) recording.endEarly(End.Cut);
    closeStream(StreamType.Request);
    return DataStatus.StopIterationNoBuffer;
  }

  onResponseHeaders(headerCount: u32, endOfStream: bool): u32 {
    const recording = this.recording;
    // What Envoy answers itself, because the service did not, it answers in front of this filter.
    if (recording !== null) recording.responseHeaders(endOfStream, false);
    return HeadersStatus.Continue;
  }

  onResponseBody(size: u32, endOfStream: bool): u32 {
    const recording = this.recording;
    if (recording !== null) recording.responseBody(size, endOfStream);
    return DataStatus.Continue;
  }

  onResponseTrailers(trailerCount: u32): u32 {
    const recording = this.recording;
    if (recording !== null) recording.responseTrailers();
    return HeadersStatus.Continue;
  }

  onDelete(): void {
    const recording = this.recording;
    if (recording !== null) recording.discard();
    this.limit = null;
    this.owner.takeBack(this);
  }
}

/** A body that says how long it is counts at once, so that the next decisions know of it. False where it does not. */
function countAnnounced(bytes: Metric | null, contentLength: View): bool {
  if (contentLength.length == 0) return bytes === null;
  count(bytes, decimal(contentLength));
  return true;
}

function count(bytes: Metric | null, size: u64): void {
  if (bytes !== null && size > 0) bytes.add(<i64>size);
}

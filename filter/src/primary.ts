import {
  Bytes,
  clearRouteCache,
  DataStatus,
  HeaderMap,
  HeadersStatus,
  handOver,
  removeHeader,
  Status,
  StreamContext,
  setFilterState,
  View,
} from '../proxy-wasm/assembly/index';
import { Capture } from './capture/capture';
import { BatchRole, HalfField } from './capture/fields';
import { Outbox } from './capture/outbox';
import { Recording } from './capture/recording';
import { ConditionReader } from './config/conditions';
import { readMirrors } from './config/primary';
import { Field } from './config/reader';
import { ExchangeIds } from './exchange-id';
import { dropPort } from './request/host';
import { Request } from './request/request';
import { Subject, SubjectKind, Subjects } from './request/subject';
import { Role } from './role';
import { CelExpression } from './select/cel';
import { Choice, Mirror } from './select/mirror';

/** Envoy puts `wasm.` in front of it. */
const EXCHANGE_ID = Bytes.of('shadowplane.id');
const USER = Bytes.of('shadowplane.user');
const NO_DECISION = new Bytes(new ArrayBuffer(0));

const outbox = new Outbox(BatchRole.Primary);

const CONNECT = Bytes.of('CONNECT');
const UPGRADE = Bytes.of('upgrade');

/**
 * Role primary: picks the requests that may be copied. It never changes a request; a decision goes into filter state,
 * at the beginning of the exchange's id, where the route table finds it. Nothing is kept about a stream, so one object serves all of them; only where
 * answers are captured, a stream with a decision gets one of its own.
 */
export class PrimaryRole extends Role {
  private readonly mirrors: StaticArray<Mirror>;
  private readonly expressions: Array<CelExpression>;
  private readonly selector: Selector;
  private readonly capture: Capture | null;

  constructor(configuration: Field, rootId: u32) {
    super();
    const subjects = new Subjects();
    const conditions = new ConditionReader(subjects);
    configuration.object(['role', 'mirrors', 'capture']);
    const mirrors = readMirrors(configuration.get('mirrors'), subjects, conditions);
    this.mirrors = mirrors;
    this.expressions = conditions.expressions;
    const capture = Capture.read(configuration.get('capture'), outbox, rootId);
    this.capture = capture;
    this.selector = new Selector(mirrors, subjects, capture);
  }

  createStream(): StreamContext | null {
    return this.mirrors.length > 0 ? this.selector : null;
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
    for (let i = 0; i < this.expressions.length; i++) this.expressions[i].release();
  }
}

class Selector extends StreamContext {
  private readonly request: Request;
  private readonly authority: Subject;
  private readonly marker: Subject;
  private readonly upgrade: Subject;
  private readonly contentLength: Subject;
  private readonly host: View = new View();
  private readonly pool: Array<DecidedStream> = [];
  private readonly byHost: bool;

  constructor(
    private readonly mirrors: StaticArray<Mirror>,
    subjects: Subjects,
    private readonly capture: Capture | null,
  ) {
    super();
    this.request = new Request(subjects);
    this.authority = subjects.intern(SubjectKind.Header, Bytes.of(':authority'));
    this.marker = subjects.intern(SubjectKind.Header, Bytes.of('x-shadow'));
    this.upgrade = subjects.intern(SubjectKind.Header, UPGRADE);
    this.contentLength = subjects.intern(SubjectKind.Header, Bytes.of('content-length'));
    let byHost = false;
    for (let i = 0; i < mirrors.length; i++) byHost = byHost || mirrors[i].hosts.length > 0;
    this.byHost = byHost;
  }

  onRequestHeaders(headerCount: u32, endOfStream: bool): u32 {
    if (this.request.begin()) {
      const mirror = this.findMirror();
      if (mirror !== null) {
        const users = mirror.users;
        if (users !== null) this.decideForUsers(mirror, users, endOfStream);
        else if (this.isEligible(mirror, endOfStream)) this.copy(mirror, this.audienceOf(mirror), endOfStream);
      }
    }
    return HeadersStatus.Continue;
  }

  /** Who is not copied has an audience, too; only what is marked and tunnels have none, and go where all go. */
  private decideForUsers(mirror: Mirror, others: ExchangeIds, endOfStream: bool): void {
    const request = this.request;
    const eligible = this.isEligible(mirror, endOfStream);
    if (request.fetch(this.marker) || request.methodName.equals(CONNECT)) return;
    const sticky = mirror.sticky;
    if (sticky !== null) {
      const user = sticky.userOf(request);
      if (user !== null) setFilterState(USER, user);
    }
    const audience = this.audienceOf(mirror);
    if (eligible && this.copy(mirror, audience, endOfStream)) return;
    const users = audience !== null ? audience.users : null;
    if (setFilterState(EXCHANGE_ID, (users !== null ? users : others).next()) != Status.Ok) return;
    // Without its header it would be an upgrade no more.
    if (request.fetch(this.upgrade)) clearRouteCache();
    else letRouteBeChosenAgain();
  }

  /** False when the share, a budget or the host says no. */
  private copy(mirror: Mirror, audience: Choice | null, endOfStream: bool): bool {
    if (audience === null) {
      mirror.skipped.noSegment.increment();
      return false;
    }
    const sticky = mirror.sticky;
    if (sticky !== null && !sticky.isIn(this.request, audience.sharePerMillion)) {
      mirror.skipped.sticky.increment();
      return false;
    }
    if (!isAffordable(mirror, !endOfStream) || !announce(audience)) return false;
    this.remember(audience);
    return true;
  }

  /** Keeps what cannot be read later; whether the request takes its mirror route is known after the filters. */
  private remember(choice: Choice): void {
    const capture = this.capture;
    if (capture === null) return;
    const id = choice.ids.last;
    const stream = this.pool.length > 0 ? this.pool.pop() : new DecidedStream(capture.newRecording(), this.pool);
    const recording = stream.recording;
    stream.decision = choice.decision;
    recording.begin(false);
    recording.request(this.request.headers);
    recording.description(choice.description);
    recording.text(HalfField.ExchangeId, id.address, id.length);
    handOver(stream);
  }

  private findMirror(): Mirror | null {
    const mirrors = this.mirrors;
    const path = this.request.pathOnly;
    if (this.byHost) {
      this.request.fetch(this.authority);
      this.host.set(this.authority.value.address, this.authority.value.length);
      dropPort(this.host);
    }
    for (let i = 0; i < mirrors.length; i++) {
      if (mirrors[i].covers(path, this.host)) return mirrors[i];
    }
    return null;
  }

  private isEligible(mirror: Mirror, endOfStream: bool): bool {
    const request = this.request;
    const skipped = mirror.skipped;
    if (request.fetch(this.marker)) {
      skipped.marked.increment();
      return false;
    }
    // Envoy presents HTTP/2's extended CONNECT as a request with an upgrade header.
    const method = request.methodName;
    if (method.equals(CONNECT) || request.fetch(this.upgrade)) {
      skipped.upgrade.increment();
      return false;
    }
    if (!mirror.allows(method)) {
      skipped.method.increment();
      return false;
    }
    if (!endOfStream && request.fetch(this.contentLength) && exceeds(this.contentLength.value, mirror.maxBodyBytes)) {
      skipped.bodySize.increment();
      return false;
    }
    return true;
  }

  /** Of the first segment that matches, also when its share then leaves the request out. */
  private audienceOf(mirror: Mirror): Choice | null {
    const segments = mirror.segments;
    for (let i = 0; i < segments.length; i++) {
      if (segments[i].when.matches(this.request)) return segments[i].choice;
    }
    return mirror.sample;
  }
}

/** A stream from its decision on, where answers are captured. */
class DecidedStream extends StreamContext {
  decision: Bytes = NO_DECISION;

  constructor(
    readonly recording: Recording,
    private readonly pool: Array<DecidedStream>,
  ) {
    super();
  }

  onResponseHeaders(headerCount: u32, endOfStream: bool): u32 {
    this.recording.settle(this.decision);
    this.recording.responseHeaders(endOfStream, true);
    return HeadersStatus.Continue;
  }

  onResponseBody(size: u32, endOfStream: bool): u32 {
    this.recording.responseBody(size, endOfStream);
    return DataStatus.Continue;
  }

  onResponseTrailers(trailerCount: u32): u32 {
    this.recording.responseTrailers();
    return HeadersStatus.Continue;
  }

  onDelete(): void {
    this.recording.settle(this.decision);
    this.recording.discard();
    this.pool.push(this);
  }
}

function isAffordable(mirror: Mirror, hasBody: bool): bool {
  const budget = mirror.budget;
  if (budget === null || budget.allows(hasBody)) return true;
  mirror.skipped.budget.increment();
  return false;
}

/** One value says both, decision and id: each costs Envoy as much as a tenth of all that this filter does. */
function announce(choice: Choice): bool {
  if (setFilterState(EXCHANGE_ID, choice.ids.next()) != Status.Ok) return false;
  letRouteBeChosenAgain();
  choice.selected.increment();
  return true;
}

/**
 * Envoy forgets the route it has chosen when a filter of this ABI touches the request's headers, also when that changes
 * nothing: a request with an `upgrade` never gets here. The foreign function `clear_route_cache` does the same at several
 * times the cost, since Envoy copies its table of functions to look it up. (`upgrade` is one of the headers to which Envoy
 * keeps a pointer; for others it would have to search.)
 */
function letRouteBeChosenAgain(): void {
  removeHeader(HeaderMap.RequestHeaders, UPGRADE);
}

/** True also for what is no number: an odd length is no reason to copy. */
function exceeds(length: View, limit: i64): bool {
  // Longer ones would not fit into 64 bits.
  if (length.length == 0 || length.length > 18) return true;
  let value: i64 = 0;
  for (let i = 0; i < length.length; i++) {
    const byte = length.at(i);
    if (byte < 0x30 || byte > 0x39) return true;
    value = value * 10 + <i64>(byte - 0x30);
  }
  return value > limit;
}

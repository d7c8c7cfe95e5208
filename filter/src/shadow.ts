import {
  Bytes,
  closeStream,
  DataStatus,
  getHeader,
  HeaderMap,
  HeadersStatus,
  Metric,
  MetricType,
  metric,
  StreamContext,
  StreamType,
  View,
} from '../proxy-wasm/assembly/index';
import { Field } from './config/reader';
import { Role } from './role';

const MIRROR_MARKER = Bytes.of('x-shadow-mirror');
const ROLE_MARKER = Bytes.of('x-shadow-role');
const CONTROL = Bytes.of('control');

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
  private readonly value: View = new View();

  constructor(configuration: Field) {
    super();
    configuration.object(['role', 'mirrors']);
    const none = new Metric(0, false);
    this.unknown = new CopyLimit(Bytes.of(''), FALLBACK_MAX_BODY_BYTES, none, none, none, none);
    const elements = configuration.get('mirrors').mirrors();
    for (let i = 0; i < elements.length && !configuration.problem.found; i++) this.readLimit(elements[i]);
  }

  private readLimit(field: Field): void {
    field.object(['name', 'maxBodyBytes']);
    const name = field.get('name').name();
    for (let i = 0; i < this.limits.length; i++) {
      if (this.limits[i].mirror.equals(name)) field.get('name').fail('is the name of an earlier one');
    }
    const maxBodyBytes = field.get('maxBodyBytes').count(LARGEST_COUNT);
    if (field.problem.found) return;
    const text = name.toString();
    this.limits.push(
      new CopyLimit(
        name,
        maxBodyBytes,
        metric(MetricType.Counter, `shadowplane.copies.mirror.${text}.role.candidate`),
        metric(MetricType.Counter, `shadowplane.copies.mirror.${text}.role.control`),
        metric(MetricType.Counter, `shadowplane.cut.mirror.${text}.role.candidate`),
        metric(MetricType.Counter, `shadowplane.cut.mirror.${text}.role.control`),
      ),
    );
  }

  createStream(): StreamContext | null {
    return this.pool.length > 0 ? this.pool.pop() : new CopyStream(this);
  }

  /** Streams come back when they end and serve again. */
  takeBack(stream: CopyStream): void {
    this.pool.push(stream);
  }

  /** The limit for the stream whose headers are readable now; null when it is no copy. */
  limitOfCopy(): CopyLimit | null {
    if (!getHeader(HeaderMap.RequestHeaders, MIRROR_MARKER, this.value)) return null;
    const limits = this.limits;
    for (let i = 0; i < limits.length; i++) {
      if (this.value.equals(limits[i].mirror)) return limits[i];
    }
    return this.unknown;
  }

  isControl(): bool {
    return getHeader(HeaderMap.RequestHeaders, ROLE_MARKER, this.value) && this.value.equals(CONTROL);
  }
}

class CopyLimit {
  constructor(
    readonly mirror: Bytes,
    readonly maxBodyBytes: i64,
    readonly candidateCopies: Metric,
    readonly controlCopies: Metric,
    readonly candidateCuts: Metric,
    readonly controlCuts: Metric,
  ) {}
}

class CopyStream extends StreamContext {
  private limit: CopyLimit | null = null;
  private control: bool = false;
  private cut: bool = false;
  private bodyBytes: i64 = 0;

  constructor(private readonly owner: ShadowRole) {
    super();
  }

  onRequestHeaders(headerCount: u32, endOfStream: bool): u32 {
    const limit = this.owner.limitOfCopy();
    if (limit !== null) {
      this.control = this.owner.isControl();
      (this.control ? limit.controlCopies : limit.candidateCopies).increment();
    }
    this.limit = limit;
    this.cut = false;
    this.bodyBytes = 0;
    return HeadersStatus.Continue;
  }

  onRequestBody(size: u32, endOfStream: bool): u32 {
    const limit = this.limit;
    if (limit === null) return DataStatus.Continue;
    if (this.cut) return DataStatus.StopIterationNoBuffer;
    this.bodyBytes += size;
    if (this.bodyBytes <= limit.maxBodyBytes) return DataStatus.Continue;
    this.cut = true;
    (this.control ? limit.controlCuts : limit.candidateCuts).increment();
    closeStream(StreamType.Request);
    return DataStatus.StopIterationNoBuffer;
  }

  onDelete(): void {
    this.limit = null;
    this.owner.takeBack(this);
  }
}

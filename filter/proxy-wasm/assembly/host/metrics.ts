import { Bytes } from '../memory/bytes';
import { proxy_define_metric, proxy_get_metric, proxy_increment_metric, proxy_record_metric } from './imports';
import { OUT_EXTRA } from './out';
import { Status } from './types';

/**
 * Metrics of the VM by name. A name is defined at the host once, however often the module is configured: the host keeps
 * every definition for as long as the VM lives.
 */
const defined = new Map<string, Metric>();

/** A metric whose definition the host refused swallows what is recorded. */
export class Metric {
  constructor(
    private readonly id: u32,
    readonly usable: bool,
  ) {}

  // @ts-expect-error: decorator
  @inline
  add(offset: i64): void {
    if (this.usable) proxy_increment_metric(this.id, offset);
  }

  // @ts-expect-error: decorator
  @inline
  increment(): void {
    this.add(1);
  }

  /** Sets a gauge, or adds a sample to a histogram. */
  record(value: u64): void {
    if (this.usable) proxy_record_metric(this.id, value);
  }

  /** Value of a counter or gauge, 0 where there is none. */
  value(): u64 {
    store<u64>(OUT_EXTRA, 0);
    if (this.usable) proxy_get_metric(this.id, OUT_EXTRA);
    return load<u64>(OUT_EXTRA);
  }
}

/** `type` is a `MetricType`. Envoy shows it as `wasmcustom.NAME`. */
export function metric(type: u32, name: string): Metric {
  const key = type.toString() + name;
  if (defined.has(key)) return defined.get(key);
  const bytes = Bytes.of(name);
  store<u32>(OUT_EXTRA, 0);
  const status = proxy_define_metric(type, bytes.address, bytes.length, OUT_EXTRA);
  const made = new Metric(load<u32>(OUT_EXTRA), status == Status.Ok);
  if (made.usable) defined.set(key, made);
  return made;
}

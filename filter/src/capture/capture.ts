import { setTickPeriod } from '../../proxy-wasm/assembly/index';
import { Field } from '../config/reader';
import { Outbox, Sender } from './outbox';
import { Recording } from './recording';
import { CaptureSettings } from './settings';

/** True in the module that has the callbacks for it. */
let available: bool = false;

/** For the entry file of that module. */
export function offerCapture(): void {
  available = true;
}

/** Capture as one plugin does it, once its configuration asks for it. */
export class Capture {
  constructor(
    private readonly outbox: Outbox,
    private readonly settings: CaptureSettings,
    private readonly rootId: u32,
  ) {}

  /** Null when the configuration has no `capture`; on a problem, which is then reported, the result is not to be used. */
  static read(field: Field, outbox: Outbox, rootId: u32): Capture | null {
    if (!field.exists) return null;
    if (!available) field.fail('is only understood by filter-capture.wasm; this is filter.wasm');
    return new Capture(outbox, new CaptureSettings(field), rootId);
  }

  start(): void {
    this.outbox.attach(new Sender(this.rootId, this.settings.cluster, this.settings.maxMemoryBytes));
    setTickPeriod(this.settings.flushIntervalMs);
  }

  release(): void {
    this.outbox.detach(this.rootId);
  }

  tick(): void {
    this.outbox.tick(this.rootId);
  }

  answered(token: u32): void {
    this.outbox.answered(this.rootId, token);
  }

  /** For a stream object, which keeps it and uses it for one stream after the other. */
  newRecording(): Recording {
    return new Recording(this.outbox, this.settings);
  }
}

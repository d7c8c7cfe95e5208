import { StreamContext } from './stream-context';

/**
 * Layer 2, one plugin in a VM. A VM has as many root contexts as plugins (and configurations of them still in use), so
 * nothing that belongs to one of them may be kept in a global.
 */
export class RootContext {
  constructor(readonly contextId: u32) {}

  /** The VM has started. Answer false to refuse. */
  onVmStart(configurationSize: u32): bool {
    return true;
  }

  /** `size` bytes are readable as `BufferType.PluginConfiguration`. Answer false to refuse the configuration. */
  onConfigure(size: u32): bool {
    return true;
  }

  onTick(): void {}

  onQueueReady(queue: u32): void {}

  /** A `httpCall` of this context has ended; all sizes 0 means that it failed. */
  onHttpCallResponse(token: u32, headerCount: u32, bodySize: u32, trailerCount: u32): void {}

  onForeignFunction(functionId: u32, argumentSize: u32): void {}

  /** The context for a new stream; null when nothing of this stream is of interest. */
  createStream(contextId: u32): StreamContext | null {
    return null;
  }

  /** The plugin is going away. Answer false to keep the context until `proxy_done`. */
  onDone(): bool {
    return true;
  }

  onDelete(): void {}
}

import { DataStatus, HeadersStatus } from '../host/types';

/**
 * Layer 2, what happens to one HTTP stream. Override what you need and export the matching callbacks from the entry
 * file. One object may serve many streams, one after the other (a pool) or all at once (it keeps nothing): the root
 * context decides in `createStream`.
 */
export class StreamContext {
  onRequestHeaders(headerCount: u32, endOfStream: bool): u32 {
    return HeadersStatus.Continue;
  }

  /** `size` bytes are readable as `BufferType.RequestBody`: this piece, or all that earlier answers held back. */
  onRequestBody(size: u32, endOfStream: bool): u32 {
    return DataStatus.Continue;
  }

  onRequestTrailers(trailerCount: u32): u32 {
    return HeadersStatus.Continue;
  }

  onResponseHeaders(headerCount: u32, endOfStream: bool): u32 {
    return HeadersStatus.Continue;
  }

  onResponseBody(size: u32, endOfStream: bool): u32 {
    return DataStatus.Continue;
  }

  onResponseTrailers(trailerCount: u32): u32 {
    return HeadersStatus.Continue;
  }

  /** The stream has ended. Not called on upstream HTTP filters of Envoy 1.40: use `onDelete` there. */
  onLog(): void {}

  /** The host has finished with the stream. Answer false to keep the context until `proxy_done`. */
  onDone(): bool {
    return true;
  }

  /** The last call. Give a pooled object back here. */
  onDelete(): void {}
}

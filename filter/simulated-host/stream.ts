import type { BufferName, HeaderMapName } from './abi.ts';
import type { BytesLike } from './bytes.ts';
import { toBytes } from './bytes.ts';
import { HeaderList } from './headers.ts';

/** What the host does for a context: call the module's callback, if it has it. */
export interface Caller {
  call(callback: string, contextId: number, ...args: number[]): number | undefined;
}

export type Headers = Iterable<readonly [string, BytesLike]>;

/** One HTTP stream of the simulated host, as seen by one plugin. */
export class SimulatedStream {
  readonly headerMaps = new Map<HeaderMapName, HeaderList>();
  readonly buffers = new Map<BufferName, Buffer>();
  readonly properties = new Map<string, Buffer>();
  /** Filter state as `proxy_set_property` writes it, with the `wasm.` that Envoy adds. */
  readonly filterState = new Map<string, string>();
  routeCacheClears = 0;
  closed: 'request' | 'response' | undefined;
  continued: Array<'request' | 'response'> = [];
  localResponse: { status: number; details: string; body: string; headers: Array<[string, string]> } | undefined;

  readonly contextId: number;
  private readonly caller: Caller;

  constructor(caller: Caller, contextId: number) {
    this.caller = caller;
    this.contextId = contextId;
  }

  requestHeaders(headers: Headers, endOfStream = true): number | undefined {
    const list = new HeaderList(headers);
    this.headerMaps.set('requestHeaders', list);
    return this.callHeaders('proxy_on_request_headers', list, endOfStream);
  }

  responseHeaders(headers: Headers, endOfStream = false): number | undefined {
    const list = new HeaderList(headers);
    this.headerMaps.set('responseHeaders', list);
    return this.callHeaders('proxy_on_response_headers', list, endOfStream);
  }

  requestBody(chunk: BytesLike, endOfStream = false): number | undefined {
    return this.callBody('proxy_on_request_body', 'requestBody', chunk, endOfStream);
  }

  responseBody(chunk: BytesLike, endOfStream = false): number | undefined {
    return this.callBody('proxy_on_response_body', 'responseBody', chunk, endOfStream);
  }

  responseTrailers(trailers: Headers): number | undefined {
    const list = new HeaderList(trailers);
    this.headerMaps.set('responseTrailers', list);
    return this.caller.call('proxy_on_response_trailers', this.contextId, list.toArray().length);
  }

  /** The stream is over: the last callbacks, in Envoy's order. */
  end(): void {
    this.caller.call('proxy_on_done', this.contextId);
    this.caller.call('proxy_on_log', this.contextId);
    this.caller.call('proxy_on_delete', this.contextId);
  }

  private callHeaders(callback: string, list: HeaderList, endOfStream: boolean): number | undefined {
    return this.caller.call(callback, this.contextId, list.toArray().length, endOfStream ? 1 : 0);
  }

  private callBody(callback: string, buffer: BufferName, chunk: BytesLike, endOfStream: boolean): number | undefined {
    const bytes = toBytes(chunk);
    this.buffers.set(buffer, bytes);
    return this.caller.call(callback, this.contextId, bytes.length, endOfStream ? 1 : 0);
  }
}

import { enterStream, findStream, leave } from '../contexts/dispatcher';
import { DataStatus, HeadersStatus } from '../host/types';

/**
 * Layer 3: callbacks of HTTP streams. Re-export only those that the module handles
 * (`export { proxy_on_request_headers } from '.../exports/http'`): the host skips what is not exported, and every
 * callback costs a switch into the VM per stream or per piece of body.
 */

export function proxy_on_request_headers(contextId: u32, headerCount: u32, endOfStream: bool): u32 {
  const stream = findStream(contextId);
  if (stream === null) return HeadersStatus.Continue;
  enterStream(contextId);
  const status = stream.onRequestHeaders(headerCount, endOfStream);
  leave();
  return status;
}

export function proxy_on_request_body(contextId: u32, size: u32, endOfStream: bool): u32 {
  const stream = findStream(contextId);
  if (stream === null) return DataStatus.Continue;
  enterStream(contextId);
  const status = stream.onRequestBody(size, endOfStream);
  leave();
  return status;
}

export function proxy_on_request_trailers(contextId: u32, trailerCount: u32): u32 {
  const stream = findStream(contextId);
  if (stream === null) return HeadersStatus.Continue;
  enterStream(contextId);
  const status = stream.onRequestTrailers(trailerCount);
  leave();
  return status;
}

export function proxy_on_response_headers(contextId: u32, headerCount: u32, endOfStream: bool): u32 {
  const stream = findStream(contextId);
  if (stream === null) return HeadersStatus.Continue;
  enterStream(contextId);
  const status = stream.onResponseHeaders(headerCount, endOfStream);
  leave();
  return status;
}

export function proxy_on_response_body(contextId: u32, size: u32, endOfStream: bool): u32 {
  const stream = findStream(contextId);
  if (stream === null) return DataStatus.Continue;
  enterStream(contextId);
  const status = stream.onResponseBody(size, endOfStream);
  leave();
  return status;
}

export function proxy_on_response_trailers(contextId: u32, trailerCount: u32): u32 {
  const stream = findStream(contextId);
  if (stream === null) return HeadersStatus.Continue;
  enterStream(contextId);
  const status = stream.onResponseTrailers(trailerCount);
  leave();
  return status;
}

export function proxy_on_log(contextId: u32): void {
  const stream = findStream(contextId);
  if (stream === null) return;
  enterStream(contextId);
  stream.onLog();
  leave();
}

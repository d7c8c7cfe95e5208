import { Bytes } from '../memory/bytes';
import {
  proxy_close_stream,
  proxy_continue_stream,
  proxy_send_local_response,
  proxy_set_effective_context,
} from './imports';
import { encodePairs } from './pairs';

/** Goes on with a stream that a callback has stopped. `type` is a `StreamType`. */
export function continueStream(type: u32): u32 {
  return proxy_continue_stream(type);
}

/** Resets the stream. */
export function closeStream(type: u32): u32 {
  return proxy_close_stream(type);
}

/** Makes host calls apply to another context, for work on a stream outside of its own callbacks. */
export function setEffectiveContext(contextId: u32): u32 {
  return proxy_set_effective_context(contextId);
}

/** Answers the request itself. `details` appear in the access log as response code details. */
export function sendLocalResponse(code: u32, details: Bytes, body: Bytes, names: Bytes[], values: Bytes[]): u32 {
  const headers = encodePairs(names, values);
  return proxy_send_local_response(
    code,
    details.address,
    details.length,
    body.address,
    body.length,
    headers.address,
    headers.length,
    -1,
  );
}

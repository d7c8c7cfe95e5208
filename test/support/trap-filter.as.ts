/**
 * The filter with a planted trap, for tests alone: a request with `x-test-trap: primary` ends the machine of the listener,
 * its copy with `x-test-trap: shadow` that of the copies' clusters.
 */

import { proxy_on_request_headers as onRequestHeaders } from '../../filter/proxy-wasm/assembly/exports/http';
import { Bytes, getHeader, HeaderMap, setRootFactory, View } from '../../filter/proxy-wasm/assembly/index';
import { offerCapture } from '../../filter/src/capture/capture';
import { Plugin } from '../../filter/src/plugin';

export * from '../../filter/proxy-wasm/assembly/exports/base';
export {
  proxy_on_request_body,
  proxy_on_response_body,
  proxy_on_response_headers,
  proxy_on_response_trailers,
} from '../../filter/proxy-wasm/assembly/exports/http';
export { proxy_on_http_call_response, proxy_on_tick } from '../../filter/proxy-wasm/assembly/exports/root';

const TRAP = Bytes.of('x-test-trap');
const MARKER = Bytes.of('x-shadow');
const PRIMARY = Bytes.of('primary');
const SHADOW = Bytes.of('shadow');

const value = new View();
const marker = new View();

export function proxy_on_request_headers(contextId: u32, headerCount: u32, endOfStream: bool): u32 {
  const status = onRequestHeaders(contextId, headerCount, endOfStream);
  if (getHeader(HeaderMap.RequestHeaders, TRAP, value)) {
    const isCopy = getHeader(HeaderMap.RequestHeaders, MARKER, marker);
    if (value.equals(isCopy ? SHADOW : PRIMARY)) unreachable();
  }
  return status;
}

offerCapture();
setRootFactory((contextId: u32) => new Plugin(contextId));

/** Entry of filter-capture.wasm: the same filter with the callbacks that capture needs. */
import { RootContext, setRootFactory } from '../proxy-wasm/assembly/index';
import { offerCapture } from './capture/capture';
import { Plugin } from './plugin';

export * from '../proxy-wasm/assembly/exports/base';
export {
  proxy_on_request_body,
  proxy_on_request_headers,
  proxy_on_response_body,
  proxy_on_response_headers,
  proxy_on_response_trailers,
} from '../proxy-wasm/assembly/exports/http';
export { proxy_on_http_call_response, proxy_on_tick } from '../proxy-wasm/assembly/exports/root';

offerCapture();
setRootFactory((contextId: u32): RootContext => new Plugin(contextId));

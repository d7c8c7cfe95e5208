/** Entry of filter.wasm, which does everything but capture. What a module exports, Envoy calls for every stream. */
import { RootContext, setRootFactory } from '../proxy-wasm/assembly/index';
import { Plugin } from './plugin';

export * from '../proxy-wasm/assembly/exports/base';
export { proxy_on_request_body, proxy_on_request_headers } from '../proxy-wasm/assembly/exports/http';

setRootFactory((contextId: u32): RootContext => new Plugin(contextId));

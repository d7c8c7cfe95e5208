/** Counts requests by method and answers /hello itself. The whole of a small proxy-wasm module. */
import {
  Bytes,
  getHeader,
  HeaderMap,
  HeadersStatus,
  LogLevel,
  log,
  MetricType,
  metric,
  RootContext,
  replaceHeader,
  StreamContext,
  sendLocalResponse,
  setRootFactory,
  View,
} from '../../assembly/index';

export * from '../../assembly/exports/base';
export { proxy_on_request_headers, proxy_on_response_headers } from '../../assembly/exports/http';

const METHOD = Bytes.of(':method');
const PATH = Bytes.of(':path');
const HELLO = Bytes.of('/hello');
const GET = Bytes.of('GET');
const SERVED_BY = Bytes.of('x-served-by');
const NAME = Bytes.of('hello-example');

class HelloRoot extends RootContext {
  /** It keeps nothing about a stream, so one object serves all of them. */
  private readonly stream: HelloStream = new HelloStream();

  onConfigure(size: u32): bool {
    log(LogLevel.Info, 'hello: configured');
    return true;
  }

  createStream(contextId: u32): StreamContext | null {
    return this.stream;
  }
}

class HelloStream extends StreamContext {
  private readonly value: View = new View();

  onRequestHeaders(headerCount: u32, endOfStream: bool): u32 {
    const isGet = getHeader(HeaderMap.RequestHeaders, METHOD, this.value) && this.value.equals(GET);
    metric(MetricType.Counter, isGet ? 'hello.get' : 'hello.other').increment();
    if (getHeader(HeaderMap.RequestHeaders, PATH, this.value) && this.value.equals(HELLO)) {
      sendLocalResponse(200, Bytes.of('hello'), Bytes.of('Hello from WebAssembly\n'), [], []);
      return HeadersStatus.StopIteration;
    }
    return HeadersStatus.Continue;
  }

  onResponseHeaders(headerCount: u32, endOfStream: bool): u32 {
    replaceHeader(HeaderMap.ResponseHeaders, SERVED_BY, NAME);
    return HeadersStatus.Continue;
  }
}

setRootFactory((contextId: u32): RootContext => new HelloRoot(contextId));

/** as-proxy-wasm: what a module imports. Its entry file also re-exports the callbacks it handles from `./exports/*`. */
export { currentStreamId, handOver, setRootFactory } from './contexts/dispatcher';
export { RootContext } from './contexts/root-context';
export { StreamContext } from './contexts/stream-context';
export { bufferLength, copyBuffer, getBuffer, setBuffer } from './host/buffers';
export { callForeign, clearRouteCache } from './host/foreign';
export { addHeader, getHeader, getHeaders, headerMapBytes, removeHeader, replaceHeader } from './host/headers';
export { HttpCall, HttpTarget, httpCall } from './host/http-call';
export { log, logs } from './host/log';
export { Metric, metric } from './host/metrics';
export { encodePairs, Pairs } from './host/pairs';
export { getProperty, propertyPath, setFilterState } from './host/properties';
export { SharedQueue } from './host/queues';
export { fillRandom } from './host/random';
export { SharedData } from './host/shared-data';
export { closeStream, continueStream, sendLocalResponse, setEffectiveContext } from './host/stream';
export { currentTimeNanoseconds, setTickPeriod } from './host/time';
export {
  BufferType,
  DataStatus,
  HeaderMap,
  HeadersStatus,
  LogLevel,
  MetricType,
  Status,
  StreamType,
} from './host/types';
export { Bytes } from './memory/bytes';
export { sameBytes } from './memory/same-bytes';
export { View } from './memory/view';

/** What the tests on a real Envoy and the benchmarks share. */
export { binomialBounds, shareProblem } from './binomial.ts';
export { brokenFilter } from './broken-filter.ts';
export { Cleanup } from './cleanup.ts';
export { eventually } from './eventually.ts';
export { httpJson, httpRequest } from './http-json.ts';
export type { HeaderList } from './http1-parser.ts';
export { startHttp1Upstream } from './http1-upstream.ts';
export { Http2Connection } from './http2-client.ts';
export { runLoad, startLoad } from './load.ts';
export { type OrdersStack, startOrders } from './orders-stack.ts';
export { encodeRequest, type RawAnswer, RawConnection, type RawRequest, sendRaw } from './raw-client.ts';
export type { Recorder } from './recorder.ts';
export { freePort, listenOnFreePort } from './sockets.ts';
export { type Stack, startStack } from './stack.ts';
export { startStalledUpstream } from './stalled-upstream.ts';
export { upload, uploadSha256 } from './upload.ts';
export { eventStreams, heldAnswers, jsonAnswer, type Upstream } from './upstream.ts';
export { openWebSocket } from './websocket-client.ts';

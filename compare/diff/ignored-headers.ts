/**
 * The response headers that are not compared unless asked for, each with its reason. This is the only list; the docs show it.
 */

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** They say how the bytes are packed; the bytes themselves are compared unpacked. */
const FRAMING = ['content-encoding', 'content-length', 'content-md5', 'grpc-encoding', 'grpc-accept-encoding'];

/** They hold the time of the answer, or how long it took. */
const TIMES = ['age', 'date', 'server-timing', 'x-response-time', 'x-runtime', 'x-upstream-service-time'];

/** They name this one request or its trace. */
const REQUEST_IDS = [
  'b3',
  'cf-ray',
  'correlation-id',
  'request-id',
  'traceparent',
  'traceresponse',
  'tracestate',
  'uber-trace-id',
  'x-amz-cf-id',
  'x-amz-request-id',
  'x-amzn-requestid',
  'x-amzn-trace-id',
  'x-cloud-trace-context',
  'x-correlation-id',
  'x-request-id',
  'x-trace-id',
  'x-transaction-id',
];

/** They name the software or machine that answered; a rewritten service has another. */
const SOFTWARE = ['alt-svc', 'server', 'via', 'x-aspnet-version', 'x-cache', 'x-powered-by', 'x-served-by'];

/** Envoy's own, B3 tracing, and our own markers. A name that starts with `:` is no header. */
const PREFIXES = [':', 'x-envoy-', 'x-b3-', 'x-shadow'];

const IGNORED: ReadonlySet<string> = new Set([...HOP_BY_HOP, ...FRAMING, ...TIMES, ...REQUEST_IDS, ...SOFTWARE]);

/** @param name In lower case. */
export function isIgnoredHeader(name: string): boolean {
  if (IGNORED.has(name)) return true;
  for (const prefix of PREFIXES) if (name.startsWith(prefix)) return true;
  return false;
}

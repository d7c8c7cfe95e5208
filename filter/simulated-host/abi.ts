/** The numbers of proxy-wasm ABI 0.2.1 that the host side uses. */

export const STATUS = {
  ok: 0,
  notFound: 1,
  badArgument: 2,
  invalidMemoryAccess: 6,
  empty: 7,
  casMismatch: 8,
  internalFailure: 10,
} as const;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const HEADER_MAPS = [
  'requestHeaders',
  'requestTrailers',
  'responseHeaders',
  'responseTrailers',
  'grpcReceiveInitialMetadata',
  'grpcReceiveTrailingMetadata',
  'httpCallResponseHeaders',
  'httpCallResponseTrailers',
] as const;
export type HeaderMapName = (typeof HEADER_MAPS)[number];

export const BUFFERS = [
  'requestBody',
  'responseBody',
  'downstreamData',
  'upstreamData',
  'httpCallResponseBody',
  'grpcReceiveBuffer',
  'vmConfiguration',
  'pluginConfiguration',
  'foreignFunctionArguments',
] as const;
export type BufferName = (typeof BUFFERS)[number];

/** What a callback answered. */
export const CONTINUE = 0;
export const STOP_ITERATION_NO_BUFFER = 3;

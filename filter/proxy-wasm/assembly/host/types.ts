/** The numbers of ABI 0.2.1. */

/** What a host call answers. */
export namespace Status {
  export const Ok: u32 = 0;
  export const NotFound: u32 = 1;
  export const BadArgument: u32 = 2;
  export const SerializationFailure: u32 = 3;
  export const ParseFailure: u32 = 4;
  export const BadExpression: u32 = 5;
  export const InvalidMemoryAccess: u32 = 6;
  export const Empty: u32 = 7;
  export const CasMismatch: u32 = 8;
  export const ResultMismatch: u32 = 9;
  export const InternalFailure: u32 = 10;
  export const BrokenConnection: u32 = 11;
  export const Unimplemented: u32 = 12;
}

export namespace LogLevel {
  export const Trace: u32 = 0;
  export const Debug: u32 = 1;
  export const Info: u32 = 2;
  export const Warn: u32 = 3;
  export const Error: u32 = 4;
  export const Critical: u32 = 5;
}

/** What a callback for headers or trailers answers. */
export namespace HeadersStatus {
  export const Continue: u32 = 0;
  export const StopIteration: u32 = 1;
  export const ContinueAndEndStream: u32 = 2;
  export const StopAllIterationAndBuffer: u32 = 3;
  export const StopAllIterationAndWatermark: u32 = 4;
}

/** What a callback for body data answers. */
export namespace DataStatus {
  export const Continue: u32 = 0;
  export const StopIterationAndBuffer: u32 = 1;
  export const StopIterationAndWatermark: u32 = 2;
  export const StopIterationNoBuffer: u32 = 3;
}

export namespace HeaderMap {
  export const RequestHeaders: u32 = 0;
  export const RequestTrailers: u32 = 1;
  export const ResponseHeaders: u32 = 2;
  export const ResponseTrailers: u32 = 3;
  export const HttpCallResponseHeaders: u32 = 6;
  export const HttpCallResponseTrailers: u32 = 7;
}

export namespace BufferType {
  export const RequestBody: u32 = 0;
  export const ResponseBody: u32 = 1;
  export const HttpCallResponseBody: u32 = 4;
  export const VmConfiguration: u32 = 6;
  export const PluginConfiguration: u32 = 7;
  export const ForeignFunctionArguments: u32 = 8;
}

export namespace StreamType {
  export const Request: u32 = 0;
  export const Response: u32 = 1;
}

export namespace MetricType {
  export const Counter: u32 = 0;
  export const Gauge: u32 = 1;
  export const Histogram: u32 = 2;
}

/** What a captured exchange is: the shape that capture, ingest, diff and judge share. */

/** Names in lower case, in the order in which they were received; a name may come more than once. */
export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>;

/** How an answer ended: whole, reset by either side, out of time, or cut by us at the byte limit. */
export type Ending = 'complete' | 'reset' | 'timeout' | 'cut';

/** One service's answer, as Envoy saw it. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  /** Of gRPC and of chunked answers; otherwise empty. */
  readonly trailers: HeaderList;
  /** As it went over the wire (`content-encoding` still on it), at most the capture limit. */
  readonly body: Uint8Array;
  /** Length of the whole body, also of what was not captured. */
  readonly bodyBytes: number;
  /** `body` is only the beginning of it. */
  readonly truncated: boolean;
  /** Envoy made this answer itself; the service did not. */
  readonly localReply: boolean;
  readonly ended: Ending;
  /** From the request's start; of a copy, from when it had a connection. */
  readonly headersMs: number;
  readonly lastByteMs: number;
}

/** A mirrored request with all its answers. */
export interface Exchange {
  readonly id: string;
  readonly mirror: string;
  readonly reason: 'segment' | 'sample';
  /** The segment's name, when that is the reason. */
  readonly segment?: string;
  readonly method: string;
  /** As requested, with its query. */
  readonly path: string;
  /** Start of the request, milliseconds since 1970. */
  readonly atMs: number;
  readonly primary: Answer;
  readonly candidate: Answer;
  readonly control?: Answer;
}

import { Bytes } from '../memory/bytes';
import { View } from '../memory/view';
import { proxy_http_call } from './imports';
import { OUT_EXTRA } from './out';
import { encodePairs } from './pairs';
import { Status } from './types';

/** Answer of `httpCall`: the token that `onHttpCallResponse` gets, or why the call was not made. */
export class HttpCall {
  constructor(
    readonly status: u32,
    readonly token: u32,
  ) {}

  get started(): bool {
    return this.status == Status.Ok;
  }
}

/**
 * Calls an Envoy cluster. `names` and `values` are the headers with `:method`, `:path` and `:authority`; the body is
 * copied by the host before the call returns.
 */
export function httpCall(
  cluster: Bytes,
  names: Bytes[],
  values: Bytes[],
  body: Bytes | null,
  timeoutMs: u32,
): HttpCall {
  const view = new View();
  if (body !== null) view.set(body.address, body.length);
  return new HttpTarget(cluster, names, values).call(view, timeoutMs);
}

/** A cluster and the headers of every call to it, encoded once. */
export class HttpTarget {
  private readonly headers: Bytes;
  private readonly trailers: Bytes = encodePairs([], []);

  constructor(
    readonly cluster: Bytes,
    names: Bytes[],
    values: Bytes[],
  ) {
    this.headers = encodePairs(names, values);
  }

  /** The body is any bytes, of which the host makes its own copy before this returns. */
  call(body: View, timeoutMs: u32): HttpCall {
    store<u32>(OUT_EXTRA, 0);
    const status = proxy_http_call(
      this.cluster.address,
      this.cluster.length,
      this.headers.address,
      this.headers.length,
      body.address,
      body.length,
      this.trailers.address,
      this.trailers.length,
      timeoutMs,
      OUT_EXTRA,
    );
    return new HttpCall(status, load<u32>(OUT_EXTRA));
  }
}

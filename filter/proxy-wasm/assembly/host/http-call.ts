import { Bytes } from '../memory/bytes';
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
  const headers = encodePairs(names, values);
  const bodyAddress: usize = body === null ? 0 : body.address;
  const bodyLength: usize = body === null ? 0 : body.length;
  const trailers = encodePairs([], []);
  store<u32>(OUT_EXTRA, 0);
  const status = proxy_http_call(
    cluster.address,
    cluster.length,
    headers.address,
    headers.length,
    bodyAddress,
    bodyLength,
    trailers.address,
    trailers.length,
    timeoutMs,
    OUT_EXTRA,
  );
  return new HttpCall(status, load<u32>(OUT_EXTRA));
}

import type { Answer, Ending, HeaderList } from '../exchange.ts';
import { WireError, WireReader } from './wire.ts';

/**
 * The whole of a half: the answer and, on the primary's side, the request. Header values are read as latin1, one character a
 * byte, so that two values are equal exactly when their bytes are. The body is a view on the half's bytes.
 */
export interface CapturedAnswer {
  readonly method: string;
  readonly path: string;
  readonly requestHeaders: HeaderList;
  readonly startedAtMs: number;
  /** Envoy's own words, when it answered itself. */
  readonly localReplyDetails: string;
  readonly answer: Answer;
}

export function readAnswer(encoded: Uint8Array): CapturedAnswer {
  const reader = new WireReader(encoded);
  let method = '';
  let path = '';
  const requestHeaders: Array<readonly [string, string]> = [];
  const headers: Array<readonly [string, string]> = [];
  const trailers: Array<readonly [string, string]> = [];
  let status = 0;
  let body: Uint8Array = EMPTY;
  let bodyBytes = 0;
  let truncated = false;
  let startedAtMs = 0;
  let headersMs = 0;
  let lastByteMs = 0;
  let localReply = false;
  let localReplyDetails = '';
  let end = 0;
  let waitedMs = 0;
  while (!reader.done) {
    const tag = reader.tag();
    switch (tag) {
      case 0x32:
        method = reader.latin1();
        break;
      case 0x3a:
        path = reader.latin1();
        break;
      case 0x42:
        requestHeaders.push(readHeader(reader));
        break;
      case 0x48:
        status = reader.varint();
        break;
      case 0x52:
        headers.push(readHeader(reader));
        break;
      case 0x5a:
        trailers.push(readHeader(reader));
        break;
      case 0x62:
        body = reader.bytes();
        break;
      case 0x68:
        bodyBytes = reader.varint();
        break;
      case 0x70:
        truncated = reader.bool();
        break;
      case 0x78:
        startedAtMs = reader.varint() / 1000;
        break;
      case 0x80:
        headersMs = reader.varint() / 1000;
        break;
      case 0x88:
        lastByteMs = reader.varint() / 1000;
        break;
      case 0x90:
        localReply = reader.bool();
        break;
      case 0x9a:
        localReplyDetails = reader.latin1();
        break;
      case 0xa0:
        end = reader.varint();
        break;
      case 0xa8:
        waitedMs = reader.varint() / 1000;
        break;
      default:
        reader.skip(tag);
    }
  }
  const ended = endingOf(end, localReplyDetails);
  // A copy that waits for a connection is not yet with its service.
  headersMs = Math.max(0, headersMs - waitedMs);
  lastByteMs = Math.max(0, lastByteMs - waitedMs);
  return {
    method,
    path,
    requestHeaders,
    startedAtMs,
    localReplyDetails,
    answer: { status, headers, trailers, body, bodyBytes, truncated, localReply, ended, headersMs, lastByteMs },
  };
}

function readHeader(reader: WireReader): readonly [string, string] {
  let name = '';
  let value = '';
  const outer = reader.enter();
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.latin1();
    else if (tag === 0x12) value = reader.latin1();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return [name, value];
}

function endingOf(end: number, localReplyDetails: string): Ending {
  if (end === CUT) return 'cut';
  // response_timeout, upstream_per_try_timeout, max_duration_timeout, upstream_max_stream_duration_reached, ...
  if (/timeout|duration/.test(localReplyDetails)) return 'timeout';
  if (end === COMPLETE) return 'complete';
  if (end === RESET) return 'reset';
  throw new WireError('a half does not say how it ended');
}

const COMPLETE = 1;
const RESET = 2;
const CUT = 3;
const EMPTY = new Uint8Array();

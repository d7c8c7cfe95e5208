import { isUtf8 } from 'node:buffer';
import { undoContentEncoding } from '../diff/index.ts';
import type { Answer, Exchange, HeaderList } from '../exchange.ts';
import { type CapturedAnswer, type Half, readAnswer } from '../ingest/index.ts';
import type { CapturedSample } from './compared.ts';
import { type PathPattern, parsePathPattern, REDACTED, redactJson } from './redact-json.ts';

/**
 * Takes out of a sample what nobody may see: the values of headers that carry credentials (always), of those that the
 * user names, and values in JSON bodies by path. A body that may hold such a value but cannot be read is left out whole.
 */
export interface Redaction {
  /** Names in lower case, beside ALWAYS_REDACTED. */
  readonly headers?: readonly string[];
  /** JSON Pointers, `*` for any key or index, `**` for any number of them. */
  readonly jsonPaths?: readonly string[];
  /** Names in lower case of the only headers that are shown. If not specified, all that were captured. */
  readonly keptHeaders?: readonly string[];
  readonly keptRequestHeaders?: readonly string[];
  /** Names of query parameters of the request. */
  readonly queryParameters?: readonly string[];
  /** Default true. */
  readonly keepBodies?: boolean;
}

const ALWAYS_REDACTED: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
];
export const NO_REDACTION: Redaction = Object.freeze({});

export interface RedactedSample {
  /** Bodies are unpacked; the header `content-encoding` is gone with the packing. */
  readonly exchange: Exchange;
  readonly endpoint: string;
  readonly version?: string;
  readonly requestHeaders: HeaderList;
}

export function redactSample({ joined, endpoint, version }: CapturedSample, redaction: Redaction): RedactedSample {
  const redact = redactor(redaction);
  const { method, path, requestHeaders } = readAnswer(joined.request.encoded);
  const read = ({ encoded }: Half): CapturedAnswer => readAnswer(encoded);
  const { reason, segment } = joined.stratum;
  return {
    endpoint,
    ...(version !== undefined && { version }),
    requestHeaders: redact.requestHeaders(requestHeaders),
    exchange: {
      id: joined.id,
      mirror: joined.mirror,
      reason,
      ...(segment !== undefined && { segment }),
      method,
      path: redactQuery(path, redaction.queryParameters ?? []),
      atMs: joined.atMs,
      primary: redact.answer(read(joined.primary).answer),
      candidate: redact.answer(read(joined.candidate).answer),
      ...(joined.control && { control: redact.answer(read(joined.control).answer) }),
    },
  };
}

/** A sample that was redacted by other rules, by those of today too. */
export function redactAgain(sample: RedactedSample, redaction: Redaction): RedactedSample {
  const redact = redactor(redaction);
  const { primary, candidate, control, path } = sample.exchange;
  return {
    ...sample,
    requestHeaders: redact.requestHeaders(sample.requestHeaders),
    exchange: {
      ...sample.exchange,
      path: redactQuery(path, redaction.queryParameters ?? []),
      primary: redact.answer(primary),
      candidate: redact.answer(candidate),
      ...(control && { control: redact.answer(control) }),
    },
  };
}

/** An answer that did not come by capture, made fit to be seen in the same way. */
export function redactAnswer(answer: Answer, redaction: Redaction): Answer {
  return redactor(redaction).answer(answer);
}

/** Names are compared decoded, so that none hides behind percent signs. */
function redactQuery(path: string, names: readonly string[]): string {
  const at = path.indexOf('?');
  if (at < 0 || names.length === 0) return path;
  const parameters = path.slice(at + 1).split('&');
  const isHidden = (parameter: string): boolean =>
    [...new URLSearchParams(parameter).keys()].some((name) => names.includes(name));
  const shown = parameters.map((parameter) =>
    isHidden(parameter) ? `${parameter.split('=', 1)[0]}=${REDACTED}` : parameter,
  );
  return `${path.slice(0, at)}?${shown.join('&')}`;
}

interface Redactor {
  requestHeaders(headers: HeaderList): HeaderList;
  answer(answer: Answer): Answer;
}

function redactor(redaction: Redaction): Redactor {
  const { headers: named = [], jsonPaths = [], keepBodies = true, keptHeaders, keptRequestHeaders } = redaction;
  const hidden = new Set([...ALWAYS_REDACTED, ...named]);
  const patterns = jsonPaths.map(parsePathPattern);
  const headers = (list: HeaderList, kept?: readonly string[]): HeaderList =>
    list.flatMap(([name, value]) =>
      kept && !kept.includes(name) ? [] : [[name, hidden.has(name) ? REDACTED : value] as const],
    );
  return {
    requestHeaders: (list) => headers(list, keptRequestHeaders),
    answer: (answer) => ({
      ...answer,
      headers: headers(answer.headers, keptHeaders).filter(([name]) => name !== 'content-encoding'),
      trailers: headers(answer.trailers),
      ...(keepBodies ? redactBody(answer, patterns) : { body: EMPTY }),
    }),
  };
}

function redactBody({ headers, body }: Answer, patterns: readonly PathPattern[]): Partial<Answer> {
  const headerValue = (wanted: string): string =>
    headers.flatMap(([name, value]) => (name === wanted ? [value] : [])).join(',');
  const plain = undoContentEncoding(headerValue('content-encoding'), body, MAX_PLAIN_BYTES);
  if ('failure' in plain) {
    const isHidden = patterns.length > 0;
    if (plain.damaged) return { body: isHidden ? Buffer.from(REDACTED) : body };
    return { body: isHidden ? Buffer.from(REDACTED) : EMPTY, truncated: true };
  }
  if (patterns.length === 0) return { body: plain.bytes };
  const bytes = Buffer.from(plain.bytes.buffer, plain.bytes.byteOffset, plain.bytes.byteLength);
  // What is no UTF-8 is read as latin1, in which every byte survives.
  const charset = isUtf8(bytes) ? 'utf8' : 'latin1';
  const text = bytes.toString(charset);
  if (!/json/i.test(headerValue('content-type')) && !/^\s*[{[]/.test(text)) return { body: bytes };
  return { body: Buffer.from(redactJson(text, patterns), charset) };
}

/**
 * Of a body, unpacked. A few thousand bytes can unpack to any number, and samples are kept, stored and shown: as many as a
 * service answers with, and no more than the main thread can redact between other things.
 */
const MAX_PLAIN_BYTES = 2 * 2 ** 20;
const EMPTY = new Uint8Array();

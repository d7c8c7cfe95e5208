import { isIP } from 'node:net';
import { parseAddress, parseListenAddress, parseServerName } from './address.ts';
import {
  parseDateOrTime,
  parseEndpoint,
  parseEndpointTemplate,
  parseFieldPath,
  parseJsonPointer,
  parseMargin,
  positiveUpTo,
} from './compare-formats.ts';
import { BOUNDS } from './defaults.ts';
import { parsePercent } from './percent.ts';
import { invalid } from './problems.ts';
import { parseConfidence, parseHttpUrl } from './rollout-formats.ts';
import { parseDurationMs, parseSizeBytes } from './units.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HOST_PATTERN = /^(?=.{1,253}$)(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;
/** RFC 3986 path characters; anything else reaches Envoy percent-encoded and would never match. */
const PATH = /^\/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$/;

/** Header names compare without case; Envoy and the filter know them in lower case. */
export function parseHeaderName(value: unknown): string {
  if (typeof value === 'string' && value.startsWith(':')) {
    throw invalid(`${JSON.stringify(value)} is a pseudo header; use path: true or method: true, or host on the mirror`);
  }
  if (typeof value !== 'string' || !TOKEN.test(value)) throw invalid(`${JSON.stringify(value)} is not a header name`);
  return value.toLowerCase();
}

/** `/api/orders/` and `/api/orders` are the same: this path and below it. */
export function parseMirrorPath(value: unknown): string {
  if (typeof value !== 'string' || !value.startsWith('/')) {
    throw invalid(`${JSON.stringify(value)} is not a path; it begins with /`);
  }
  if (/[?#]/.test(value)) throw invalid(`${JSON.stringify(value)}: a path has no query and no fragment`);
  if (value.includes('*') && value.endsWith('*')) {
    throw invalid(`${JSON.stringify(value)}: no wildcard is needed, the path and everything below it match`);
  }
  if (!PATH.test(value))
    throw invalid(`${JSON.stringify(value)} has characters that must be percent-encoded in a path`);
  const path = value.length > 1 && value.endsWith('/') ? value.slice(0, -1) : value;
  if (
    path !== '/' &&
    path
      .slice(1)
      .split('/')
      .some((part) => part === '' || part === '.' || part === '..')
  ) {
    throw invalid(`${JSON.stringify(value)}: write the path as clients send it, without empty, . and .. parts`);
  }
  return path;
}

/** `shop.example` or `*.shop.example`, as RouteConfiguration domains; lower case, without port. */
export function parseHost(value: unknown): string {
  const host = typeof value === 'string' ? value.toLowerCase() : '';
  if (host === '*') throw invalid('"*" is not needed: without host a mirror is for every host');
  if (/:\d+$/.test(host)) throw invalid(`${JSON.stringify(value)}: write the host without its port`);
  if (!HOST_PATTERN.test(host)) {
    throw invalid(`${JSON.stringify(value)} is not a host name such as shop.example or *.shop.example`);
  }
  return host;
}

export function parseMethod(value: unknown): string {
  if (typeof value !== 'string' || !TOKEN.test(value)) throw invalid(`${JSON.stringify(value)} is not a method`);
  const method = value.toUpperCase();
  if (method === 'CONNECT') throw invalid('CONNECT opens a tunnel and is never mirrored');
  return method;
}

/** A name or an IP address, without port; a wildcard would need an address that the caller chooses. */
export function parseEgressHost(value: unknown): string {
  const host = typeof value === 'string' ? value.toLowerCase() : '';
  if (host.includes('*')) throw invalid(`${JSON.stringify(value)}: every host is listed by its whole name`);
  if (isIP(host) === 0 && (!HOST_PATTERN.test(host) || /^[\d.]+$/.test(host))) {
    throw invalid(`${JSON.stringify(value)} is not a host name such as api.example or an IP address`);
  }
  return host;
}

/** A path with optional query, as a health check sends it. */
function parseRequestPath(value: unknown): string {
  if (typeof value !== 'string' || !/^\/[\x21-\x7e]*$/.test(value)) {
    throw invalid(`${JSON.stringify(value)} is not a path; it begins with / and has no spaces`);
  }
  return value;
}

function parseUpgrade(value: unknown): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9/.-]+$/.test(value)) {
    throw invalid(`${JSON.stringify(value)} is not the name of an upgrade, such as websocket`);
  }
  return value.toLowerCase();
}

/** Envoy drops or rejects values with control characters, so they never get there. */
function parseHeaderValue(value: unknown): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (typeof value !== 'string' || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
    throw invalid(`${JSON.stringify(value)} is not a header value; write text without line breaks`);
  }
  return value;
}

/** `+10%`: by how much something may grow, as a share. */
function parseIncrease(value: unknown): number {
  if (typeof value !== 'string' || !value.startsWith('+')) {
    throw invalid(`${JSON.stringify(value)} is no increase; write it such as +10%`);
  }
  const percent = value.slice(1);
  const match = /^(\d+(?:\.\d+)?)%$/.exec(percent);
  const share = match ? Number(match[1]) / 100 : Number.NaN;
  if (!(share > 0 && share <= 10))
    throw invalid(`${JSON.stringify(value)} is out of range: more than +0%, up to +1000%`);
  return share;
}

function bounded(parse: (value: unknown) => number, lowest: number, highest: number, range: string) {
  return (value: unknown): number => {
    const parsed = parse(value);
    if (parsed < lowest || parsed > highest) throw invalid(`${JSON.stringify(value)} is out of range: ${range}`);
    return parsed;
  };
}

/**
 * Scalars with a syntax of their own, by the `format` that the schema gives them. Each returns the value as the policy
 * holds it or throws an error whose message is for the user.
 */
export const FORMATS = {
  percent: parsePercent,
  duration: bounded(parseDurationMs, 1, BOUNDS.durationMs, '1ms to 24h'),
  'check-interval': bounded(parseDurationMs, BOUNDS.leastCheckIntervalMs, BOUNDS.durationMs, '100ms to 24h'),
  'step-time': bounded(parseDurationMs, 0, BOUNDS.rolloutStepMs, '0s to 720h'),
  'duration-or-none': bounded(parseDurationMs, 0, BOUNDS.durationMs, '0 (none) to 24h'),
  'body-size': bounded(parseSizeBytes, 0, BOUNDS.maxBodyBytes, '0 to 64MiB'),
  'byte-rate': bounded(parseSizeBytes, 1, BOUNDS.bytesPerSecond, '1B to 16GiB'),
  'capture-size': bounded(parseSizeBytes, 0, BOUNDS.captureBodyBytes, '0 to 512KiB'),
  increase: parseIncrease,
  'memory-size': bounded(parseSizeBytes, 1, BOUNDS.brakeMemoryBytes, '1B to 1024GiB'),
  'sample-size': bounded(parseSizeBytes, 0, BOUNDS.keptSampleBytes, '0 to 1024GiB'),
  margin: parseMargin,
  confidence: parseConfidence,
  'http-url': parseHttpUrl,
  'field-path': parseFieldPath,
  'json-pointer': parseJsonPointer,
  endpoint: parseEndpoint,
  'endpoint-template': parseEndpointTemplate,
  'date-or-time': parseDateOrTime,
  'positive-number': positiveUpTo(Number.POSITIVE_INFINITY),
  weight: positiveUpTo(1_000),
  address: (value: unknown) => parseAddress(value),
  'listen-address': parseListenAddress,
  'server-name': parseServerName,
  'header-name': parseHeaderName,
  'header-value': parseHeaderValue,
  'mirror-path': parseMirrorPath,
  'host-pattern': parseHost,
  method: parseMethod,
  'egress-host': parseEgressHost,
  'request-path': parseRequestPath,
  upgrade: parseUpgrade,
} as const;

export type FormatName = keyof typeof FORMATS;

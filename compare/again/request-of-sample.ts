/**
 * The request of a sample as it can be sent again, and what of it is not as it was. What capture never took or what was
 * redacted is not made up: it is left out, and said.
 */
import { randomBytes } from 'node:crypto';
import { ShadowplaneError } from '../../errors/index.ts';
import type { Mirror } from '../../xds-server/policy/model.ts';
import type { HeaderList } from '../exchange.ts';
import type { SampleInput } from '../report/index.ts';
import { REDACTED } from '../tally/index.ts';
import type { ServiceRequest } from './ask-service.ts';

export type Arm = 'primary' | 'candidate' | 'control';

export interface RepeatableRequest {
  readonly notes: readonly string[];
  /** A request of its own for each arm and run: the markers tell them apart. */
  for(arm: Arm): ServiceRequest;
}

/** RFC 9110: sending them again asks for nothing to be changed. */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** They belong to the user's request, and this is none: in logs and traces the two must not be taken for one. */
const OF_THE_USER = new Set(['x-request-id', 'traceparent', 'tracestate']);
/** Of the connection; a request of our own has its own. */
const OF_THE_CONNECTION = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'content-length',
]);

/**
 * @param ofCopies header changes that the mirror makes to copies
 * @throws ShadowplaneError RUN_AGAIN_REFUSED
 */
export function requestOfSample(sample: SampleInput, ofCopies: Mirror['headers']): RepeatableRequest {
  const { method, path: captured, mirror, reason, segment } = sample.exchange;
  if (!SAFE_METHODS.includes(method)) {
    throw new ShadowplaneError(
      'RUN_AGAIN_REFUSED',
      `${method} may change something, so it is not sent again; only ${SAFE_METHODS.join(', ')} are`,
    );
  }
  if (!captured.startsWith('/')) {
    throw new ShadowplaneError('RUN_AGAIN_REFUSED', `${JSON.stringify(captured)} is no path that can be sent again`);
  }
  const { path, hidden } = withoutRedacted(captured);
  const isOurs = (name: string) => OF_THE_USER.has(name) || OF_THE_CONNECTION.has(name) || name.startsWith('x-shadow');
  const kept = sample.requestHeaders.filter(([name]) => !isOurs(name));
  const redacted = kept.filter(([, value]) => value.includes(REDACTED)).map(([name]) => name);
  const headers = kept.filter(([, value]) => !value.includes(REDACTED));
  const id = `again-${randomBytes(8).toString('hex')}`;
  const markers = (arm: Arm): HeaderList => [
    ['x-shadow', 'true'],
    ['x-shadow-mirror', mirror],
    ['x-shadow-reason', reason],
    ...(segment === undefined ? [] : [['x-shadow-segment', segment] as const]),
    ['x-shadow-role', arm],
    ['x-shadow-id', id],
  ];
  return {
    notes: [
      ...(redacted.length > 0 ? [`Not sent, because redacted: ${[...new Set(redacted)].join(', ')}.`] : []),
      ...(hidden.length > 0 ? [`Not sent, because redacted: query parameters ${hidden.join(', ')}.`] : []),
      `Sent with the headers that were captured (${headers.map(([name]) => name).join(', ') || 'none'}), without cookies, credentials or a body: an answer that depends on those is another one.`,
    ],
    for: (arm) => ({
      method,
      path,
      headers: [...(arm === 'primary' ? headers : changed(headers, ofCopies)), ...markers(arm)],
    }),
  };
}

function withoutRedacted(path: string): { readonly path: string; readonly hidden: readonly string[] } {
  const at = path.indexOf('?');
  if (at < 0 || !path.includes(REDACTED)) return { path, hidden: [] };
  const parameters = path.slice(at + 1).split('&');
  const shown = parameters.filter((parameter) => !parameter.includes(REDACTED));
  return {
    path: path.slice(0, at) + (shown.length > 0 ? `?${shown.join('&')}` : ''),
    hidden: parameters.filter((parameter) => parameter.includes(REDACTED)).map((one) => one.split('=', 1)[0]!),
  };
}

function changed(headers: HeaderList, { set, remove }: Mirror['headers']): HeaderList {
  const gone = new Set([...remove, ...set.map(([name]) => name)]);
  return [...headers.filter(([name]) => !gone.has(name)), ...set];
}

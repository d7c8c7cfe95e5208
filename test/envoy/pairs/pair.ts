/**
 * A pair of services with known differences: version 1 (the primary, and the control as a second instance of it) and
 * version 2 (the candidate), with everything by which they differ and everything that must not be taken for a difference.
 */
import { randomInt } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { DifferenceKind } from '../../../compare/diff/difference.ts';
import { listenOnFreePort } from '../../support/sockets.ts';

export type Version = 'v1' | 'v2';

export interface Reply {
  /** Default 200. */
  readonly status?: number;
  /** Default `application/json`. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Buffer | object;
  readonly gzip?: boolean;
  /** Instead of a content-length. */
  readonly chunked?: boolean;
}

export interface Known {
  readonly kind: DifferenceKind;
  readonly path: string;
  /** How far it is known without a control, if less: values that are never the same twice might as well be ids. */
  readonly alone?: 'seen' | 'noise';
}

export interface PairEndpoint {
  /** As the comparison names it. */
  readonly endpoint: string;
  /** Path of the request number `index`, below the pair's. */
  readonly path: (index: number) => string;
  readonly reply: (version: Version, index: number) => Reply;
  /** All by which version 2 differs, and nothing else may be reported. */
  readonly known: readonly Known[];
  /** In what they differ besides, and why it means nothing. */
  readonly innocent?: string;
}

export interface Pair {
  /** Also its path: `/prices`. */
  readonly name: string;
  readonly endpoints: readonly PairEndpoint[];
}

export interface PairService {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  close(): Promise<void>;
}

/** One instance of one version; it answers below any prefix, so that several mirrors can share it. */
export async function startService(pair: Pair, version: Version): Promise<PairService> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://service');
    const below = pathname.slice(pathname.lastIndexOf(`/${pair.name}/`) + pair.name.length + 1);
    const index = Number(searchParams.get('n'));
    const found = pair.endpoints.find(({ path }) => path(index) === below);
    request.resume();
    if (found) send(response, found.reply(version, index));
    else send(response, { status: 500, body: `the test has no ${below}` });
  });
  const port = await listenOnFreePort(server);
  return {
    address: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Replies that are the same object each time are packed once. */
const known = new WeakMap<Reply, Buffer>();

function packed(reply: Reply, body: NonNullable<Reply['body']>): Buffer {
  let bytes = known.get(reply);
  if (!bytes) {
    const plain = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    bytes = reply.gzip ? gzipSync(plain) : Buffer.from(plain);
    known.set(reply, bytes);
  }
  return bytes;
}

/** When this request is answered: clocks of two instances are a little apart, and requests of a service come over time. */
export function clock(index: number): Date {
  return new Date(Date.UTC(2026, 0, 5, 12) + index * 1_237 + randomInt(50));
}

function send(response: ServerResponse, reply: Reply): void {
  const { status = 200, type = 'application/json', headers = {}, body, gzip = false, chunked = false } = reply;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  if (body === undefined) {
    response.end();
    return;
  }
  response.setHeader('content-type', type);
  const bytes = packed(reply, body);
  if (gzip) response.setHeader('content-encoding', 'gzip');
  if (!chunked) {
    response.setHeader('content-length', bytes.length);
    response.end(bytes);
    return;
  }
  const half = Math.ceil(bytes.length / 2);
  response.write(bytes.subarray(0, half));
  response.end(bytes.subarray(half));
}
